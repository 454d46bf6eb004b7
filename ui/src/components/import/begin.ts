import { openDialog } from '../../app/dialog.ts';
import { router } from '../../app/router.ts';
import { toast } from '../../app/toast.ts';
import { messageOf } from '../../data/api.ts';
import { createRun, type NewRun } from '../../data/imports.ts';
import { senderOf } from '../../data/part-sender.ts';
import { checkSource } from '../../data/sources.ts';
import type { Manifest } from '../../data/types.ts';
import type { PathParams } from '../../dialogs/m-path-dialog.ts';
import { t } from '../../strings/t.ts';
import { defaultsOf, isRequired, propertiesOf, type Property } from '../form/schema.ts';

/** The property of a plugin's configuration that says where its files lie, when nothing else has to be said. */
export function placeOf(kind: Manifest): { name: string; property: Property; accept: string[] } | null {
  const all = propertiesOf(kind.config), found = all.find(([, p]) => p.mantel === 'paths' || p.mantel === 'path');
  if (!found || all.some(([name, p]) => name !== found[0] && isRequired(kind.config, name) && p.default === undefined)) return null;
  return { name: found[0], property: found[1], accept: found[1].accept ?? found[1].items?.accept ?? [] };
}

/** Why the chosen files cannot be sent; '' when they can. */
export function unfit(files: readonly { name: string }[], accept: readonly string[]): string {
  const names = files.map((f) => f.name.toLowerCase());
  const twice = files.find((f, i) => names.indexOf(f.name.toLowerCase()) !== i);
  if (twice) return t('imports.sameTwice', { name: twice.name });
  return names.every((n) => accept.length === 0 || accept.some((a) => n.endsWith(a.toLowerCase()))) ? '' : t('imports.notThese', { endings: accept.join(', ') });
}

/** The browser's own chooser. */
export function pick(accept: readonly string[], many = true): Promise<File[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    Object.assign(input, { type: 'file', multiple: many, accept: accept.join(','), hidden: true });
    input.dataset['testid'] = 'import-input';
    const done = (): void => { resolve([...(input.files ?? [])]); input.remove(); };
    input.addEventListener('change', done);
    input.addEventListener('cancel', done);
    document.body.append(input); // some browsers drop a detached input before its event
    input.click();
  });
}

async function go(body: NewRun, files: File[] = []): Promise<void> {
  try {
    const run = await createRun(body);
    if (files.length > 0) senderOf(run.id).take(run, files);
    router.go(`/import/${run.id}`);
  } catch (e) {
    toast({ text: messageOf(e), kind: 'bad', key: 'import' });
  }
}
const whose = (ownerId: string): { ownerId?: string } => (ownerId ? { ownerId } : {});

/** Files of this computer: a run that waits for them begins at once, and they are sent. */
export async function sendFiles(kind: Manifest, ownerId: string, chosen?: File[]): Promise<void> {
  const accept = placeOf(kind)?.accept ?? [], files = chosen ?? await pick(accept);
  if (files.length === 0) return;
  const wrong = unfit(files, accept) || (files.some((f) => f.size === 0) ? t('imports.empty', { name: files.find((f) => f.size === 0)!.name }) : '');
  if (wrong) return toast({ text: wrong, kind: 'bad', key: 'import' });
  await go({ pluginId: kind.id, config: defaultsOf(kind.config), ...whose(ownerId), parts: files.map((f) => ({ name: f.name, bytes: f.size })) }, files);
}
/** Files or folders of the house's machine, chosen by an admin. */
export async function takeFromHouse(kind: Manifest, ownerId: string): Promise<void> {
  const place = placeOf(kind);
  if (!place) return;
  const many = place.property.mantel === 'paths';
  const paths = await openDialog<PathParams, string[]>('m-path-dialog', () => import('../../dialogs/m-path-dialog.ts'), { start: '', many, accept: place.accept });
  if (!paths?.length) return;
  const config = { ...defaultsOf(kind.config), [place.name]: many ? paths : paths[0] };
  try {
    const { ok, problems } = await checkSource(kind.id, config);
    if (!ok) return toast({ text: problems[0]?.message ?? t('imports.notChecked'), kind: 'bad', key: 'import' });
  } catch (e) {
    return toast({ text: messageOf(e), kind: 'bad', key: 'import' });
  }
  await go({ pluginId: kind.id, config, ...whose(ownerId) });
}
export const runAgain = (sourceId: string): Promise<void> => go({ sourceId });
