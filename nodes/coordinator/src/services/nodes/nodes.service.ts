import type { Handlers } from '../adapter.ts';
import type { Nodes } from './nodes.ts';

export const nodeHandlers = (nodes: Nodes): Handlers => ({
  'nodes.list': () => nodes.list(),
  'nodes.log': ({ id }) => nodes.log(id),
});
