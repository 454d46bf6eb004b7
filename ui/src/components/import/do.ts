import { openDialog } from '../../app/dialog.ts';
import { toast } from '../../app/toast.ts';
import { messageOf } from '../../data/api.ts';
import { cancelRun, pauseRun, resumeRun, retryRun, startRun, undoRun } from '../../data/imports.ts';
import { senderOf } from '../../data/part-sender.ts';
import type { ImportRun } from '../../data/types.ts';
import type { ConfirmParams } from '../../dialogs/m-confirm-dialog.ts';
import { broughtIn } from '../../strings/import-words.ts';
import { t } from '../../strings/t.ts';

const KEY = 'import'; // one note at a time

/** Does something on the server; undefined and a note when it was refused. */
export async function attempt<T>(what: () => Promise<T>, done?: string): Promise<T | undefined> {
  try {
    const answer = await what();
    if (done) toast({ text: done, key: KEY });
    return answer;
  } catch (e) {
    toast({ text: messageOf(e), kind: 'bad', key: KEY });
    return undefined;
  }
}
const sure = (params: ConfirmParams): Promise<true | null> => openDialog('m-confirm-dialog', () => import('../../dialogs/m-confirm-dialog.ts'), params);

export const start = (run: ImportRun): Promise<unknown> => attempt(() => startRun(run.id), t('import.started'));
export const pause = (run: ImportRun): Promise<unknown> => attempt(() => pauseRun(run.id), t('import.pausing'));
export const resume = (run: ImportRun): Promise<unknown> => attempt(() => resumeRun(run.id), t('import.resumed'));
export const retry = (run: ImportRun): Promise<unknown> => attempt(() => retryRun(run.id), t('done.retried'));
export async function cancel(run: ImportRun): Promise<void> {
  const early = ['collecting', 'scanning', 'ready'].includes(run.state) && broughtIn(run) === 0;
  if (!(await sure({ title: t('import.cancel.title'), text: t(early ? 'import.cancel.early' : 'import.cancel.text'), action: t('import.cancel.do'), danger: true }))) return;
  if (await attempt(() => cancelRun(run.id), t('import.cancelled'))) senderOf(run.id).stop();
}
export async function undo(run: ImportRun): Promise<void> {
  if (await sure({ title: t('done.undo.title'), text: t('done.undo.text', { n: broughtIn(run) }), action: t('done.undo.do'), danger: true })) await attempt(() => undoRun(run.id), t('done.undoing'));
}
