import type { EntryOutcome, ImportRun, RunEntry, RunState } from '../data/types.ts';
import { en } from './en.ts';
import { t, type StringKey } from './t.ts';

/** Icon and tone of a run. */
export const RUN: Record<RunState, { icon: string; tone: '' | 'good' | 'warn' }> = {
  collecting: { icon: 'upload', tone: '' }, scanning: { icon: 'search', tone: '' }, ready: { icon: 'list-checks', tone: '' }, running: { icon: 'import', tone: '' }, paused: { icon: 'pause', tone: '' },
  done: { icon: 'circle-check', tone: 'good' }, cancelled: { icon: 'ban', tone: '' }, failed: { icon: 'triangle-alert', tone: 'warn' }, undoing: { icon: 'undo-2', tone: '' }, undone: { icon: 'undo-2', tone: '' },
};
/** Nothing more happens by itself or by a button of this page. */
export const isOver = (run: Pick<ImportRun, 'state'>): boolean => ['done', 'cancelled', 'undone'].includes(run.state);

const count = (run: Pick<ImportRun, 'counts'>, outcome: EntryOutcome): number => run.counts[outcome] ?? 0;
/** Photos and videos that this run brought in; their clips and edited versions are not counted by themselves. */
export const broughtIn = (run: Pick<ImportRun, 'counts'>): number => count(run, 'imported');
export const problemsOf = (run: Pick<ImportRun, 'counts'>): number => count(run, 'problem');

/** How a run is, in a line: "Importing · 1,204 of 5,000". */
export function runLine(run: ImportRun): string {
  const words = t(`import.state.${run.state}`), problems = problemsOf(run);
  switch (run.state) {
    case 'collecting': return [words, t('parts.some', { n: run.parts.filter((p) => p.state !== 'waiting' && p.state !== 'arriving').length, total: run.parts.length })].join(' · ');
    case 'running': case 'paused': case 'undoing': return run.items.total > 0 ? [words, t('progress.of', { done: run.items.done, total: run.items.total })].join(' · ') : words;
    case 'ready': return run.preview ? [words, t('imports.runs.kept', { n: run.preview.items })].join(' · ') : words;
    case 'done': case 'cancelled': return [words, t('done.imported', { n: broughtIn(run) }), problems > 0 && t('preview.problems', { n: problems })].filter(Boolean).join(' · ');
    default: return words;
  }
}

const has = (key: string): key is StringKey => key in en;
/** Why an entry is what it is; a reason that is not known is told as it is. */
export function entryWords(e: Pick<RunEntry, 'outcome' | 'reason' | 'detail'>): string {
  const key = `reason.${e.reason}`;
  const reason = e.reason ? (has(key) ? t(key as 'reason.metadata') : e.reason) : '';
  const words = e.outcome === 'metadata' || e.outcome === 'ignored' || e.outcome === 'problem' ? reason || t(`outcome.${e.outcome}.one`) : [t(`outcome.${e.outcome}.one`), reason].filter(Boolean).join(': ');
  return e.detail ? `${words} (${e.detail})` : words;
}
