import { FACT_NAMES, share } from './facts.ts';
import type { EvalResult, FileResult } from './media.ts';

/** What must be reached, whatever the set. */
export const LIMITS = { facts: 0.98, workerMb: 1000, bombMs: 5000, /** exiftool may be replaced when a file hangs it. */ restarts: 0.03 } as const;

const decodable = (r: FileResult): boolean => r.preview?.state === 'agrees' || r.preview?.state === 'differs';
const agrees = (r: FileResult): boolean => r.preview?.state === 'agrees';
const count = (files: FileResult[], fits: (r: FileResult) => boolean): number => files.filter(fits).length;

/** The sentences about what was missed; empty when all limits hold. */
export function failures(r: EvalResult): string[] {
  const facts = r.files.flatMap((f) => f.facts);
  const out: string[] = [];
  const lost = r.files.filter((f) => f.account === null);
  if (lost.length > 0) out.push(`not accounted for: ${lost.map((f) => f.file).join(', ')}`);
  if (facts.length > 0 && share(facts) < LIMITS.facts) out.push(`facts ${(share(facts) * 100).toFixed(1)} %, at least ${LIMITS.facts * 100} %`);
  const wrong = r.files.filter((f) => f.preview?.state === 'differs');
  if (wrong.length > 0) out.push(`previews that do not agree: ${wrong.map((f) => f.file).join(', ')}`);
  if (r.crashes.length > 0) out.push(`crashes: ${r.crashes.join('; ')}`);
  if (r.workerPeakMb > LIMITS.workerMb) out.push(`the worker took ${r.workerPeakMb.toFixed(0)} MB, at most ${LIMITS.workerMb}`);
  if (r.exiftoolPids > 1 + r.files.length * LIMITS.restarts) out.push(`${r.exiftoolPids} exiftool processes one after the other for ${r.files.length} files`);
  if (r.exiftoolAtOnce > 1) out.push(`${r.exiftoolAtOnce} exiftool processes at once, one is enough`);
  for (const b of r.bombs) {
    if (b.ms > LIMITS.bombMs) out.push(`${b.file} took ${b.ms} ms, less than ${LIMITS.bombMs}`);
    if (b.attempts > 1) out.push(`${b.file} was tried ${b.attempts} times`);
  }
  return out;
}

export function table(r: EvalResult): string {
  const kinds = [...new Set(r.files.map((f) => f.kind))].toSorted();
  const head = ['kind', 'files', 'accounted', 'facts', 'previews', 'no reference'];
  const row = (name: string, files: FileResult[]): string[] => {
    const facts = files.flatMap((f) => f.facts);
    return [name, String(files.length), String(count(files, (f) => f.account !== null)), `${facts.filter((f) => f.ok).length}/${facts.length}`, `${count(files, agrees)}/${count(files, decodable)}`, String(count(files, (f) => f.preview?.state === 'no reference'))];
  };
  const rows = [head, ...kinds.map((k) => row(k, r.files.filter((f) => f.kind === k))), row('all', r.files)];
  const widths = head.map((_, i) => Math.max(...rows.map((c) => c[i]!.length)));
  const lines = rows.map((c) => c.map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join('  '));
  const facts = r.files.flatMap((f) => f.facts);
  const byFact = FACT_NAMES.map((name) => { const of = facts.filter((f) => f.fact === name); return `${name} ${of.filter((f) => f.ok).length}/${of.length}`; }).join(' · ');
  const misses = [
    ...r.files.filter((f) => f.account === null).map((f) => `lost    ${f.file}: ${f.lost}`),
    ...r.files.filter((f) => f.preview?.state === 'differs').map((f) => `preview ${f.file}: ${f.preview!.said} (${f.preview!.by})`),
    ...facts.filter((f) => !f.ok).map((f) => `fact    ${f.file}: ${f.fact}: expected ${f.expected}, found ${f.found}`),
  ];
  const refused = r.files.filter((f) => f.account?.startsWith('refused')).map((f) => `refused ${f.file}: ${f.account!.slice(9)}`);
  return [
    ...lines, '', ...misses, ...refused, '', `facts: ${byFact}`,
    `facts ${(share(facts) * 100).toFixed(1)} % of ${facts.length} · accounted for ${count(r.files, (f) => f.account !== null)} of ${r.files.length} files in ${r.assets} assets · previews ${count(r.files, agrees)} of ${count(r.files, decodable)}`,
    `worker at most ${r.workerPeakMb.toFixed(0)} MB · coordinator ${r.coordinatorPeakMb.toFixed(0)} MB · longest job ${r.longestJobMs} ms (${r.longestJob}) · crashes ${r.crashes.length} · exiftool processes ${r.exiftoolPids}, at once ${r.exiftoolAtOnce}`,
    `bombs: ${r.bombs.map((b) => `${b.file} ${b.ms} ms, ${b.state}, ${b.attempts} ${b.attempts === 1 ? 'try' : 'tries'}`).join('; ') || 'none'}`, `${r.seconds.toFixed(0)} s`,
  ].join('\n');
}
