import { attempt } from '../../app/attempt.ts';
import { openDialog } from '../../app/dialog.ts';
import { router } from '../../app/router.ts';
import { removeSource, runSource, updateSource } from '../../data/sources.ts';
import type { ImportSource } from '../../data/types.ts';
import type { ConfirmParams } from '../../dialogs/m-confirm-dialog.ts';
import { t } from '../../strings/t.ts';

/** Looks at what is there now; the page of the run shows it, and asks before anything is brought in. */
export async function runNow(s: ImportSource): Promise<void> {
  let run = '';
  if (await attempt(async () => { run = await runSource(s.id); })) router.go(`/import/${run}`);
}
export const setEnabled = (s: ImportSource, on: boolean): Promise<boolean> => attempt(() => updateSource(s.id, { enabled: on }), t(on ? 'src.enabled' : 'src.disabled', { name: s.name }), () => void attempt(() => updateSource(s.id, { enabled: !on })));
export async function forget(s: ImportSource): Promise<void> {
  const params: ConfirmParams = { title: t('src.remove.title', { name: s.name }), text: t('src.remove.text'), action: t('src.remove.do'), danger: true };
  if (!(await openDialog('m-confirm-dialog', () => import('../../dialogs/m-confirm-dialog.ts'), params))) return;
  if (await attempt(() => removeSource(s.id), t('src.removed', { name: s.name }))) router.go('/admin/sources', { replace: true });
}
