/**
 * How fast Mantel is on this machine, and whether that is fast enough: `scripts/bench [NAME…] [--json] [--quick] [--profile DIR]`.
 *
 * A bench starts a house of its own (real nats-server, coordinator and worker as processes, free ports, a temporary folder on a disk), works on it through HTTP and gives rows
 * {name, value, unit, limit, ratio, ok, note}. Numbers of one machine say little about another, so a limit is measured in the same run where there is something to measure
 * (a reference program, a server that does nothing, a trivial request), A and B in turns; the rest are fixed budgets. Values are medians over rounds.
 * CPU time means user and system time of the processes with all their threads and children. Other work on the machine raises it too (shared caches: by a third at load 3, twofold at load 6 were seen),
 * though far less than wall time; ratios to something that was measured in turns stay true. So believe absolute numbers only from a quiet machine: the load is printed before and after.
 * `--quick` shows that everything runs; its numbers are not to be believed. `--profile DIR` leaves CPU profiles of coordinator and worker. Exit code 1: a row misses its bound.
 *
 * A new measurement is a file beside this one that exports `Bench`es, and one line in benches.ts. It takes its photos from the context, throws when the work was not really done
 * (a failure must not look like speed), and leaves nothing behind. Writing happens under TMPDIR.
 */
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { BenchContext } from './bench.ts';
import { BENCHES } from './benches.ts';
import { makePhotos, type Photos } from './photos.ts';
import { missed, type Row } from './row.ts';
import { table } from './table.ts';

const say = (text: string): void => { process.stderr.write(`${text}\n`); };
const USAGE = `Usage: scripts/bench [NAME…] [--json] [--quick] [--profile DIR]\n${BENCHES.map((b) => `  ${b.name.padEnd(10)} ${b.about}`).join('\n')}`;

function options(): { names: string[]; json: boolean; quick: boolean; profile: string | undefined } {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, profile: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
  if (values.help) { console.log(USAGE); process.exit(0); }
  const unknown = positionals.find((p) => !BENCHES.some((b) => b.name === p));
  if (unknown !== undefined) throw new Error(`There is no bench "${unknown}".`);
  return { names: positionals, json: values.json ?? false, quick: values.quick ?? false, profile: values.profile && resolve(values.profile) };
}

let chosen: ReturnType<typeof options>;
try { chosen = options(); } catch (e) {
  say(`${(e as Error).message}\n${USAGE}`);
  process.exit(2);
}
const { names, json, quick, profile } = chosen;
if (profile) mkdirSync(profile, { recursive: true });
const load = loadavg()[0]!;
say(`${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, load ${load.toFixed(2)}`);
if (load > 1) say('warning: this machine is busy; CPU times are too high and wall times are worth nothing; ratios hold');

let photos: Promise<Photos> | undefined;
const context: Omit<BenchContext, 'progress'> = { quick, profile, photos: () => photos ??= (say('drawing photos …'), makePhotos()) };
const rows: Row[] = [];
for (const bench of BENCHES.filter((b) => names.length === 0 || names.includes(b.name))) {
  say(`${bench.name}: ${bench.about}`);
  rows.push(...await bench.run({ ...context, progress: (text) => { say(`  ${text}`); } }).catch((e: unknown) => [missed(bench.name, `could not be measured: ${e instanceof Error ? e.message.split('\n')[0] : String(e)}`)]));
}
say(`load at the end ${loadavg()[0]!.toFixed(2)}`);
console.log(json ? JSON.stringify(rows, undefined, 1) : table(rows));
process.exitCode = rows.every((r) => r.ok) ? 0 : 1;
