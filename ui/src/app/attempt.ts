import { messageOf } from '../data/api.ts';
import { t } from '../strings/t.ts';
import { toast } from './toast.ts';

const KEY = 'attempt'; // one note at a time: undo takes back what was done last

/** Does something on the server; false and a note when it was refused. `done` is said when it worked, with a way back where there is one. */
export async function attempt(what: () => Promise<unknown>, done?: string, undo?: () => void): Promise<boolean> {
  try {
    await what();
  } catch (e) {
    toast({ text: messageOf(e), kind: 'bad', key: KEY });
    return false;
  }
  if (done) toast({ text: done, key: KEY, ...(undo ? { action: { label: t('common.undo'), run: undo } } : {}) });
  return true;
}
