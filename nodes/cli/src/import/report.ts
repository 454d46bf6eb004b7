import { rename, writeFile } from 'node:fs/promises';

export const OUTCOMES = ['added', 'duplicate', 'sidecar', 'known', 'refused', 'ignored', 'failed', 'waiting'] as const;
/** `sidecar`: an XMP that was sent with its photo. `known`: here already and, with --skip-known, not sent. `waiting`: found, but the import ended before it was its turn (or it was a dry run). */
export type Outcome = (typeof OUTCOMES)[number];
export interface Entry { path: string; outcome: Outcome; why: string | null; bytes: number | null; sha256: string | null; assetId: string | null }
export interface Report { url: string; library: string | null; startedAt: string; finishedAt: string; dryRun: boolean; totals: Record<Outcome, number>; entries: Entry[] }

export const totalsOf = (entries: readonly Entry[]): Record<Outcome, number> => {
  const totals = Object.fromEntries(OUTCOMES.map((o) => [o, 0])) as Record<Outcome, number>;
  for (const e of entries) totals[e.outcome]++;
  return totals;
};

/** CSV when the name ends so, JSON otherwise; the file appears only when it is whole. */
export async function writeReport(file: string, report: Report): Promise<void> {
  const temp = `${file}.part`;
  await writeFile(temp, file.toLowerCase().endsWith('.csv') ? csv(report.entries) : `${JSON.stringify(report, null, 1)}\n`);
  await rename(temp, file);
}

const csv = (entries: readonly Entry[]): string => [['path', 'outcome', 'why', 'bytes', 'sha256', 'asset'], ...entries.map((e) => [e.path, e.outcome, e.why ?? '', e.bytes === null ? '' : String(e.bytes), e.sha256 ?? '', e.assetId ?? ''])]
  .map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n';
/** Quoted where needed; what a spreadsheet would run as a formula gets an apostrophe in front. */
function cell(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
