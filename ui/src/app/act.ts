import { messageOf } from '../data/api.ts';
import { archive, favourite, restore, trash } from '../data/assets.ts';
import type { PhotoList } from '../data/photo-list.ts';
import { FLAG } from '../data/types.ts';
import { t } from '../strings/t.ts';
import { toast } from './toast.ts';

export type Act = 'favourite' | 'unfavourite' | 'archive' | 'unarchive' | 'trash' | 'restore';
const DO: Record<Act, { send: (ids: readonly string[]) => Promise<number>; did: 'did.favourited' | 'did.unfavourited' | 'did.archived' | 'did.unarchived' | 'did.trashed' | 'did.restored'; undo: Act }> = {
  favourite: { send: (ids) => favourite(ids, true), did: 'did.favourited', undo: 'unfavourite' },
  unfavourite: { send: (ids) => favourite(ids, false), did: 'did.unfavourited', undo: 'favourite' },
  archive: { send: (ids) => archive(ids, true), did: 'did.archived', undo: 'unarchive' },
  unarchive: { send: (ids) => archive(ids, false), did: 'did.unarchived', undo: 'archive' },
  trash: { send: trash, did: 'did.trashed', undo: 'restore' },
  restore: { send: restore, did: 'did.restored', undo: 'trash' },
};

/** Do something to photos: at once on the screen where that is possible, then on the server, with a note that offers to undo it. False: it was refused, and the note says why. */
export async function act(model: PhotoList, what: Act, ids: readonly string[], quiet = false): Promise<boolean> {
  const set = new Set(ids);
  const on = what === 'favourite' ? FLAG.favourite : 0, off = what === 'unfavourite' ? FLAG.favourite : 0;
  if (on || off) model.patch(set, on, off);
  let changed = 0;
  try {
    changed = await DO[what].send(ids);
  } catch (e) {
    if (on || off) model.patch(set, off, on);
    toast({ text: messageOf(e), kind: 'bad' });
    return false;
  }
  if (!(on || off) || model.view === 'favourites') void model.refresh();
  // Favourites and archive are my own marks: what was marked already counts as done. Trash and restore may be refused for a part.
  const left = what === 'trash' || what === 'restore' ? ids.length - changed : 0;
  const parts = [ids.length > left && t(DO[what].did, { n: ids.length - left }), left > 0 && t(what === 'trash' ? 'did.notTrashed' : 'did.notRestored', { n: left })].filter(Boolean).join(' ');
  if (!quiet) toast({ text: parts, action: { label: t('common.undo'), run: () => void act(model, DO[what].undo, ids, true) } });
  return true;
}
