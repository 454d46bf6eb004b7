import { attempt } from '../../app/attempt.ts';
import { drainNode, ignorePc, updateNode, type NodeChange } from '../../data/nodes.ts';
import type { Discovered, WorkerNode } from '../../data/types.ts';
import { t } from '../../strings/t.ts';

export { attempt };

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
