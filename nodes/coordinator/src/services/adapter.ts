// How a noun hangs its rules on the broker: permission and parameters are checked here, once, for every caller (HTTP, protocols, other nouns).
import { ACTIONS, type ActionName, type Params, type Result } from '@mantel/contracts/actions/index.ts';
import { MantelError } from '@mantel/contracts/errors.ts';
import { type Actor, allowed } from '@mantel/contracts/permissions.ts';
import { check } from '@mantel/runtime/validate.ts';
import type { Context, ServiceBroker } from 'moleculer';

export type Handlers = { [N in ActionName]?: (params: Params<N>, actor: Actor) => Promise<Result<N>> | Result<N> };
export type Call = <N extends ActionName>(name: N, params: Params<N>, actor: Actor) => Promise<Result<N>>;

export const ANONYMOUS: Actor = { kind: 'anonymous' };

/** The typed way from one noun, or from a route, to an action. */
export const typedCall = (broker: ServiceBroker): Call => (name, params, actor) => broker.call(name, params as object, { meta: { actor } });

type Handler = (params: unknown, actor: Actor) => unknown;

/** One Moleculer service per prefix of the action names. Throws when an action is added twice. */
export function addActions(broker: ServiceBroker, handlers: Handlers): void {
  const groups = new Map<string, Record<string, (ctx: Context<unknown, { actor?: Actor }>) => Promise<unknown>>>();
  for (const [name, handler] of Object.entries(handlers) as [ActionName, Handler][]) {
    const [prefix, rest] = name.split('.') as [string, string];
    const { permission, params: schema } = ACTIONS[name];
    const group = groups.get(prefix) ?? groups.set(prefix, {}).get(prefix)!;
    group[rest] = async (ctx) => {
      const actor = ctx.meta.actor ?? ANONYMOUS;
      if (!allowed(actor, permission)) throw new MantelError(actor.kind === 'anonymous' ? 'unauthenticated' : 'forbidden');
      return handler(check(schema, ctx.params), actor);
    };
  }
  for (const [name, actions] of groups) {
    if (broker.getLocalService(name)) throw new Error(`wiring: two services are called ${name}`);
    broker.createService({ name, actions });
  }
}

/** Boot fails unless every action of the contract has exactly one implementation. */
export function checkWiring(broker: ServiceBroker): void {
  const have = broker.registry.getActionList({ onlyLocal: true, skipInternal: true }).map((a: { name: string }) => a.name);
  const missing = Object.keys(ACTIONS).filter((n) => !have.includes(n));
  const unknown = have.filter((n: string) => !Object.hasOwn(ACTIONS, n));
  if (missing.length || unknown.length) throw new Error(`wiring: actions without an implementation: ${missing.join(', ') || 'none'}; not in the contract: ${unknown.join(', ') || 'none'}`);
}

export type UserActor = Extract<Actor, { kind: 'user' }>;
/** For rules that need a person. */
export function person(actor: Actor): UserActor {
  if (actor.kind !== 'user') throw new MantelError('unauthenticated');
  return actor;
}
