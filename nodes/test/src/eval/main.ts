/**
 * How well Mantel reads and shows what families have: `scripts/eval media [--dir DIR] [--manifest FILE] [--json]`.
 *
 * Each set goes into a house of its own (real nats-server, coordinator, worker; a temporary folder, free ports) and is compared with what exiftool reads (facts.ts says how) and what other programs show
 * (reference.ts). Without --dir: the project's own files, and the large set where it lies beside the checkout. Exit code 1: a limit was missed (report.ts).
 * `--export FILE --manifest FILE`: no house; an existing `mantel assets export` is judged, by the facts that it holds.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { ExportLine } from '@mantel/contracts/models/asset.ts';
import { judgeAll, share, type Fact, type Reading } from './facts.ts';
import { MEDIA, readManifest } from './manifest.ts';
import { evaluate, readSet, type EvalSet } from './media.ts';
import { failures, LIMITS, table } from './report.ts';

const USAGE = 'Usage: scripts/eval media [--dir DIR] [--manifest FILE] [--json]\n       scripts/eval media --export FILE --manifest FILE';
const LARGE = path.join(import.meta.dirname, '../../../../../shared/fixtures/media');
const IN_EXPORT = new Set(['date', 'offset', 'place', 'size', 'make', 'model', 'rating', 'description', 'tags', 'people']);

function judgeExport(file: string, manifest: string): void {
  const lines = readFileSync(file, 'utf8').split('\n').filter((l) => l.trim() !== '').map((l) => JSON.parse(l) as ExportLine);
  const found = new Map(lines.map((l): [string, Reading] => [l.sha256, {
    ...l, people: l.people.map((name) => ({ name })), motion: l.embeddedVideo, role: 'original', altitude: null, durationMs: null, lens: null, iso: null, fNumber: null, exposureTime: null, focalLength: null, orientation: null, videoCodec: null, title: null,
  }]));
  const parts = new Set(lines.flatMap((l) => [...(l.live ? [l.live] : []), ...l.edited].map((p) => p.sha256)));
  const facts: Fact[] = judgeAll(readManifest('', manifest).filter((f) => !parts.has(f.sha256)), (f) => found.get(f.sha256) ?? null).filter((f) => IN_EXPORT.has(f.fact));
  for (const f of facts.filter((x) => !x.ok)) console.log(`miss    ${f.file}: ${f.fact}: expected ${f.expected}, found ${f.found}`);
  console.log(`score   ${facts.filter((f) => f.ok).length} of ${facts.length} = ${(share(facts) * 100).toFixed(1)} %`);
  if (share(facts) < LIMITS.facts) process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { dir: { type: 'string' }, manifest: { type: 'string' }, export: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });
  if (values.help) { console.log(USAGE); return; }
  if (positionals.length !== 1 || positionals[0] !== 'media' || (values.export && !values.manifest)) throw new Error(USAGE);
  if (values.export) { judgeExport(values.export, values.manifest!); return; }
  const sets: EvalSet[] = values.dir ? [readSet(values.dir, values.manifest)] : [MEDIA, LARGE].filter((d) => existsSync(path.join(d, 'MANIFEST.json'))).map((d) => readSet(d));
  const results = [];
  for (const set of sets) {
    process.stderr.write(`${path.resolve(set.dir)}: ${set.files.length} files\n`);
    const result = await evaluate(set, (text) => { process.stderr.write(`  ${text}\n`); });
    results.push(result);
    const missed = failures(result);
    if (!values.json) console.log(`${table(result)}\n${missed.length > 0 ? missed.map((m) => `LIMIT   ${m}`).join('\n') : 'All limits hold.'}\n`);
    if (missed.length > 0) process.exitCode = 1;
  }
  if (values.json) console.log(JSON.stringify(results, undefined, 1));
}
await main().catch((e: unknown) => {
  process.stderr.write(`${e instanceof Error ? e.message : String(e)}\n`);
  process.exitCode = 2;
});
