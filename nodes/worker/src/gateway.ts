import type { GatewayName, GatewayParams, GatewayResult } from '@mantel/contracts/actions/index.ts';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { ServiceBroker } from 'moleculer';

type WithoutAuth<N extends GatewayName> = Omit<GatewayParams<N>, 'auth'>;

/** The coordinator's worker-facing actions. Every call has a time limit; the token from pairing is added here. */
export type Gateway = <N extends GatewayName>(action: N, params: WithoutAuth<N>, timeoutMs: number) => Promise<GatewayResult<N>>;

/** While the coordinator is not on the bus a call fails at once and quietly: the broker itself would write a warning for each try of each slot. */
export const gatewayOf = (broker: Pick<ServiceBroker, 'call' | 'registry'>, token: string): Gateway => async (action, params, timeoutMs) => {
  if (!broker.registry.actions.isAvailable(action)) throw new MantelError('internal', 'The coordinator cannot be reached.');
  return broker.call(action, { ...params, auth: token }, { timeout: timeoutMs, retries: 0 });
};
