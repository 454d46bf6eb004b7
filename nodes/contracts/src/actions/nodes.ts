import { Type } from 'typebox';
import { Closed, Empty, Nullable, Ok } from '../models/common.ts';
import { JobKind } from '../models/job.ts';
import { Discovered, JoinInfo, Node, NodeId, NodeName, NodeSettings, Platform } from '../models/node.ts';
import { action } from './define.ts';

/** Seconds that the waiting work takes with those that work now; null: not known yet, or never. */
const Forecast = Type.Object({ backlogSeconds: Nullable(Type.Integer()), perNode: Type.Array(Type.Object({ id: Type.String(), without: Nullable(Type.Integer()) })) });
const One = Closed({ id: NodeId });

/** The workers of the house, and the PCs that would like to become some. */
export const nodes = {
  'nodes.list': action('admin.nodes', 'The workers of this house', Empty, Type.Array(Node)),
  'nodes.discovered': action('admin.nodes', 'PCs in the network that would like to help', Empty, Type.Array(Discovered)),
  'nodes.add': action('admin.nodes', 'Open the door for one of them, for five minutes and three tries; it then shows a code', One, Discovered),
  'nodes.approve': action('admin.nodes', 'Both screens show the same code: let it in', Closed({ id: NodeId, code: Type.String({ pattern: '^\\d{6}$' }) }), Ok),
  'nodes.reject': action('admin.nodes', 'Close the door again', One, Ok),
  'nodes.ignore': action('admin.nodes', 'Keep one away, or no longer', Closed({ id: NodeId, ignored: Type.Boolean() }), Ok),
  'nodes.remove': action('admin.nodes', 'Let a worker in no more: its connection ends within a second, its jobs go to others', One, Ok),
  'nodes.join': action('admin.nodes', 'The line to type on a spare PC; `at`: where this request came in, told by the server', Closed({ at: Type.Optional(Type.String({ maxLength: 100 })) }), JoinInfo),
  'nodes.prepare': action('admin.nodes', 'Fetch the parts for machines of this kind from the npm registry, now and after updates of the house', Closed({ platform: Platform }), Ok),
  'nodes.upgrade': action('admin.nodes', 'Update this worker now, also when that failed before', One, Ok),
  'nodes.log': action('admin.nodes', 'The last lines of a worker\'s log. The first look may be empty: its next report brings them', One, Type.Object({ lines: Type.Array(Type.String()), live: Type.Boolean({ description: 'false: it is not there, nothing new will come.' }) })),
  'nodes.test': action('admin.nodes', 'One job of each kind that it offers, for it alone; how they went stands in the list', One, Ok),
  'nodes.wake': action('admin.nodes', 'Wake a sleeping PC over the LAN', One, Ok),
  'nodes.metrics': action('admin.nodes', 'What a Prometheus server needs to read /metrics', Empty, Type.Object({ path: Type.String(), token: Type.String() })),
  'nodes.update': action('admin.nodes', 'Name and settings of a worker; what is left out stays', Closed({ id: NodeId, name: Type.Optional(NodeName), settings: Type.Optional(Type.Partial(NodeSettings, { additionalProperties: false })) }), Node),
  'nodes.drain': action('admin.nodes', 'It takes no more work until it is started anew; what runs is finished', Closed({ id: NodeId, on: Type.Boolean() }), Node),
  'nodes.release': action('admin.nodes', 'Trust it with a kind of work again that failed there', Closed({ id: NodeId, kind: JobKind }), Ok),
  'nodes.forecast': action('admin.nodes', 'How long the waiting work takes, and how long without each worker', Empty, Forecast),
};
