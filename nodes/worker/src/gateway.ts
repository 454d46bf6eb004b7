import type { GatewayName, GatewayParams, GatewayResult } from '@mantel/contracts/actions/index.ts';
import type { ServiceBroker } from 'moleculer';

type WithoutAuth<N extends GatewayName> = Omit<GatewayParams<N>, 'auth'>;

/** The coordinator's worker-facing actions. Every call has a time limit; the token from pairing is added here. */
export type Gateway = <N extends GatewayName>(action: N, params: WithoutAuth<N>, timeoutMs: number) => Promise<GatewayResult<N>>;

export const gatewayOf = (broker: Pick<ServiceBroker, 'call'>, token: string): Gateway => (action, params, timeoutMs) =>
  broker.call(action, { ...params, auth: token }, { timeout: timeoutMs, retries: 0 });
