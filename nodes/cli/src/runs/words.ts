import type { ImportRun, RunPreview } from '@mantel/contracts/models/source.ts';
import { bytes, count, duration } from '../format.ts';
import { table } from '../terminal.ts';

const OUTCOMES: [string, string][] = [
  ['imported', 'brought in'], ['duplicate', 'here already'], ['copy', 'further copies'], ['live', 'clips of live photos'], ['edited', 'edited versions'], ['raw', 'RAW files of photos'], ['metadata', 'read for what they say'], ['ignored', 'left out'], ['problem', 'with a problem'], ['pending', 'not done yet'],
];
const list = (pairs: [number, string][]): string => pairs.filter(([n]) => n > 0).map(([n, w]) => `${count(n)} ${w}`).join(', ');

export const entriesLine = (run: ImportRun): string => `${count(Object.values(run.counts).reduce((sum, n) => sum + n, 0))} entries: ${list(OUTCOMES.map(([key, word]) => [run.counts[key] ?? 0, word])) || 'nothing'}.`;

/** The house wants room beside what comes in; without these words, the sentence contradicts itself. */
export const shortLine = (p: RunPreview): string => `Needs ${bytes(p.needsBytes)}, and 2 GB are to stay free, but only ${bytes(p.freeBytes ?? 0)} were free when it was looked at. It pauses when the disk is full.`;

/** What a person should know before anything is written. */
export function previewLines(p: RunPreview): string[] {
  const lines = [
    `${count(p.items)} photos and videos (${bytes(p.bytes)}) of ${count(p.entries)} entries: ${list([[p.photos, 'photos'], [p.videos, 'videos'], [p.livePhotos, 'live photos'], [p.edited, 'with edited versions'], [p.raw, 'with RAW']]) || 'none'}.`,
    p.known + p.maybeKnown > 0 ? `Here already: ${count(p.known)}, and perhaps ${count(p.maybeKnown)} more.` : '',
    p.years.length ? `Years: ${p.years.map((y) => `${y.year ?? 'unknown'} (${count(y.items)})`).join(', ')}` : '',
    p.albums.length ? `Albums: ${p.albums.filter((a) => !a.optional).map((a) => `${a.title} (${count(a.items)})`).join(', ') || 'none'}` : '',
    p.people.length ? `People: ${p.people.slice(0, 20).map((x) => `${x.name} (${count(x.items)})`).join(', ')}${p.people.length > 20 ? ' …' : ''}` : '',
    list([[p.favourites, 'favourites'], [p.archived, 'archived'], [p.trashed, 'in the trash'], [p.locked, 'locked'], [p.partner, "of a partner's"], [p.withoutMetadata, 'that the source knows nothing about']]),
    list([[p.ignored, 'entries are left out'], [p.problems, 'have a problem']]),
    p.enough ? `Needs ${bytes(p.needsBytes)}.` : shortLine(p),
  ];
  return lines.filter((l) => l !== '');
}

/** One line while it goes on. */
export function nowLine(run: ImportRun): string {
  if (run.state === 'scanning' || run.state === 'collecting') return `Looking: ${count(run.scanned.done)}${run.scanned.total === null ? '' : ` of ${count(run.scanned.total)}`}${run.scanned.what ? ` · ${run.scanned.what.slice(-60)}` : ''}`;
  const rate = run.perSecond === null ? '' : ` · ${run.perSecond >= 10 ? run.perSecond.toFixed(0) : run.perSecond.toFixed(1)}/s`;
  const left = run.etaSeconds === null ? '' : ` · ${duration(run.etaSeconds)} left`;
  return `${count(run.items.done)} of ${count(run.items.total)}${rate}${left}${run.items.failed ? ` · ${count(run.items.failed)} failed` : ''}${run.now ? ` · ${run.now.slice(-40)}` : ''}`;
}

export const runsTable = (runs: readonly ImportRun[]): string => table([
  ['Import', 'Source', 'State', 'Done', 'Failed', 'Begun', 'Id'],
  ...runs.map((r) => [r.name, r.pluginId, r.state, `${count(r.items.done)} of ${count(r.items.total)}`, count(r.items.failed), r.createdAt.slice(0, 16).replace('T', ' '), r.id]),
]);
