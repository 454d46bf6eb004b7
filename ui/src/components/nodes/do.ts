import { toast } from '../../app/toast.ts';
import { messageOf } from '../../data/api.ts';
import { drainNode, ignorePc, updateNode, type NodeChange } from '../../data/nodes.ts';
import type { Discovered, WorkerNode } from '../../data/types.ts';
import { t } from '../../strings/t.ts';

const KEY = 'node'; // one note at a time: undo takes back what was done last

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

/** A change that holds at once, and a note that takes it back. */
export function change(node: WorkerNode, to: NodeChange, words = t('node.saved')): Promise<boolean> {
  const back: NodeChange = {
    ...(to.name === undefined ? {} : { name: node.name }),
    ...(to.settings ? { settings: Object.fromEntries(Object.keys(to.settings).map((k) => [k, node.settings[k as keyof typeof node.settings]])) } : {}),
  };
  return attempt(() => updateNode(node.id, to), words, () => void attempt(() => updateNode(node.id, back)));
}
export const setPaused = (node: WorkerNode, paused: boolean): Promise<boolean> => change(node, { settings: { paused } }, t(paused ? 'node.paused' : 'node.resumed', { name: node.name }));
export const setDrain = (node: WorkerNode, on: boolean): Promise<boolean> => attempt(() => drainNode(node.id, on), t(on ? 'node.drained' : 'node.undrained', { name: node.name }), () => void attempt(() => drainNode(node.id, !on)));
export const ignore = (pc: Discovered): Promise<boolean> => attempt(() => ignorePc(pc.id, true), t('discovered.didIgnore', { name: pc.name }), () => void attempt(() => ignorePc(pc.id, false)));
