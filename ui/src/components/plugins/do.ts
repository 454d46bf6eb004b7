import { attempt } from '../../app/attempt.ts';
import { openDialog } from '../../app/dialog.ts';
import { router } from '../../app/router.ts';
import { disablePlugin, enablePlugin, removePlugin, rollbackPlugin } from '../../data/plugins.ts';
import type { ImportSource, Plugin } from '../../data/types.ts';
import type { ConfirmParams } from '../../dialogs/m-confirm-dialog.ts';
import type { PluginDone, PluginParams } from '../../dialogs/m-plugin-dialog.ts';
import { t } from '../../strings/t.ts';

const NAMED = 5; // sources, in a question
const sure = (params: ConfirmParams): Promise<unknown> => openDialog('m-confirm-dialog', () => import('../../dialogs/m-confirm-dialog.ts'), params);

/** A new plugin, or another version of one; then where the person wants to go on. */
export async function addPlugin(from?: Plugin): Promise<void> {
  const done = await openDialog<PluginParams, PluginDone>('m-plugin-dialog', () => import('../../dialogs/m-plugin-dialog.ts'), from ? { from } : {});
  if (done) router.go(done.to === 'source' ? `/admin/sources/new/${done.id}` : `/admin/plugins/${done.id}`);
}
export const setEnabled = (p: Plugin, on: boolean): Promise<boolean> => attempt(() => (on ? enablePlugin : disablePlugin)(p.id), t(on ? 'plugin.enabled' : 'plugin.disabled', { name: p.manifest.name }), p.state === 'broken' ? undefined : () => void attempt(() => (on ? disablePlugin : enablePlugin)(p.id)));

export async function rollback(p: Plugin): Promise<void> {
  const v = p.previous;
  if (v === null || !(await sure({ title: t('plugin.rollback.title', { v }), text: t('plugin.rollback.text', { now: p.manifest.version }), action: t('plugin.rollback') }))) return;
  await attempt(() => rollbackPlugin(p.id), t('plugin.rolledBack', { name: p.manifest.name, v }));
}
export async function uninstall(p: Plugin, sources: readonly ImportSource[]): Promise<void> {
  const names = sources.slice(0, NAMED).map((s) => s.name).join(', ') + (sources.length > NAMED ? ` +${sources.length - NAMED}` : '');
  const text = sources.length === 0 ? t('plugin.remove.none') : t('plugin.remove.sources', { n: sources.length, names });
  if (!(await sure({ title: t('plugin.remove.title', { name: p.manifest.name }), text, action: t('plugin.remove.do'), danger: true }))) return;
  if (await attempt(() => removePlugin(p.id), t('plugin.removed', { name: p.manifest.name }))) router.go('/admin/plugins', { replace: true });
}
