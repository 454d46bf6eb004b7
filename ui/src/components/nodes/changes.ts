import type { NodeChange } from '../../data/nodes.ts';
import type { NodeSettings } from '../../data/types.ts';

/** Changes that are sent one after the other. What was asked for and is not answered yet counts already: the next click is about that, not about what the server said last. */
export function createChanges(send: (to: NodeChange) => Promise<unknown>) {
  let asked: Partial<NodeSettings> = {};
  let turn: Promise<unknown> = Promise.resolve();
  let under = 0;
  return {
    over: (settings: NodeSettings): NodeSettings => ({ ...settings, ...asked }),
    /** Resolves when it was answered; `send` says itself what was refused. */
    async make(to: NodeChange): Promise<void> {
      asked = { ...asked, ...to.settings };
      under++;
      await (turn = turn.then(() => send(to)));
      if (--under === 0) asked = {};
    },
  };
}
