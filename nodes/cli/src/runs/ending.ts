import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ImportRun } from '@mantel/contracts/models/source.ts';
import type { Api } from '../api/client.ts';
import { Failure } from '../failure.ts';
import { count } from '../format.ts';
import { print, type Terminal } from '../terminal.ts';
import { entriesLine } from './words.ts';

const SHOWN = 10;

/** What became of every entry, as the house tells it: CSV when the name ends so, else JSON (`{ url, library, run, totals, entries }`). The file appears only when it is whole. */
export async function saveReport(api: Api, run: ImportRun, file: string): Promise<void> {
  const temp = `${file}.part`;
  const csv = /\.csv$/i.test(file);
  try {
    const entries = await api.stream(`/imports/${encodeURIComponent(run.id)}/report?format=${csv ? 'csv' : 'json'}`);
    await pipeline(csv ? entries : Readable.from(framed(api.url, run, entries)), createWriteStream(temp));
    await rename(temp, file);
  } catch (error) {
    await rm(temp, { force: true });
    throw new Failure(`The report could not be written: ${(error as Error).message}`);
  }
}
async function* framed(url: string, run: ImportRun, entries: Readable): AsyncGenerator<string | Buffer> {
  const { counts, preview: _preview, ...about } = run;
  yield `${JSON.stringify({ url, library: run.libraryName, startedAt: run.startedAt, finishedAt: run.endedAt, run: about, totals: counts }).slice(0, -1)},"entries":`;
  yield* entries as AsyncIterable<Buffer>;
  yield '}\n';
}

const PAGE = 1000;
/** The photos and videos that this run brought in. */
export async function* broughtIn(api: Api, run: ImportRun): AsyncGenerator<string> {
  for (let after: number | null = -1; after !== null;) {
    const page: Awaited<ReturnType<typeof importedOf>> = await importedOf(api, run.id, after);
    for (const e of page.entries) if (e.assetId !== null) yield e.assetId;
    after = page.next;
  }
}
const importedOf = (api: Api, id: string, after: number) => api.get('imports.entries', `/imports/${encodeURIComponent(id)}/entries?outcome=imported&limit=${PAGE}${after < 0 ? '' : `&after=${after}`}`);

/** For people: what came of it, and the first things that need them. */
export async function tell(api: Api, terminal: Terminal, run: ImportRun): Promise<void> {
  print(terminal, entriesLine(run));
  const problems = run.counts.problem ?? 0;
  if (problems === 0) return;
  const { entries } = await api.get('imports.entries', `/imports/${encodeURIComponent(run.id)}/entries?outcome=problem&limit=${SHOWN}`);
  for (const e of entries) print(terminal, `  problem: ${e.part ? `${e.part}: ` : ''}${e.path}: ${e.detail ?? e.reason ?? 'no reason was given'}`);
  if (problems > entries.length) print(terminal, `  … and ${count(problems - entries.length)} more (--report FILE lists all)`);
}

/** Throws what keeps the exit code from being 0. */
export function judge(run: ImportRun): void {
  const trouble = run.trouble ? ` ${run.trouble}` : '';
  if (run.state === 'paused' || run.state === 'failed') throw new Failure(`The import ${run.state === 'failed' ? 'failed' : 'is paused'}.${trouble} Go on with: mantel imports resume ${run.id}`);
  if (run.state !== 'done') throw new Failure(`The import ended as ${run.state}.${trouble}`);
  if (run.items.failed > 0) throw new Failure(`${count(run.items.failed)} photos, videos or parts could not be read or brought in; the report says why. Keep what you import from. Download damaged parts again, or try once more with: mantel imports retry ${run.id}`);
}
