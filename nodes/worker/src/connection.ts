// Work bus and bytes of one house. Both can move to another address of it while jobs run: their leases and tokens stay what they are.
import { errorCode } from '@mantel/contracts/errors.ts';
import { netBroker } from '@mantel/runtime/broker.ts';
import { ByteClient } from '@mantel/runtime/bytes.ts';
import type { Logger } from '@mantel/runtime/logger.ts';
import type { WorkerTransport } from '@mantel/runtime/work-transport.ts';
import type { Paired } from '@mantel/runtime/paired.ts';
import { type Gateway, gatewayOf } from './gateway.ts';

/** Where a house is: `port` for HTTP and bytes, `natsPort` for the work bus. */
export interface Whereabouts { host: string; port: number; natsPort: number }
export interface Connection {
  bytes: ByteClient;
  gateway: Gateway;
  connected(): boolean;
  /** When the house last answered a request (also with a refusal), on the clock of `performance.now()`, which nobody sets; at first: now. */
  heardAt(): number;
  at(): Whereabouts;
  move(to: Whereabouts): void;
  close(): Promise<void>;
}

export function openConnection(paired: Paired, log: Logger): Connection {
  const bytes = new ByteClient(paired);
  let at: Whereabouts = { host: paired.host, port: paired.port, natsPort: paired.natsPort };
  let heard = performance.now();
  let broker = open();

  function open() {
    const opened = netBroker(paired.id, { ...paired, ...at }, log);
    void opened.start().catch((err: unknown) => { log.error({ err }, 'the work bus could not be opened'); });
    return opened;
  }
  const gateway: Gateway = async (action, params, timeoutMs) => {
    try {
      const answer = await gatewayOf(broker, paired.token)(action, params, timeoutMs);
      heard = performance.now();
      return answer;
    } catch (e) {
      if (!['internal', 'timeout'].includes(errorCode(e))) heard = performance.now();
      throw e;
    }
  };
  return {
    bytes, gateway,
    // Moleculer goes on calling itself connected when nats-server has thrown it out; its transporter knows better.
    connected: () => (broker.transit?.tx as WorkerTransport | undefined)?.linked === true,
    heardAt: () => heard,
    at: () => at,
    move(to) {
      const old = broker;
      at = to;
      bytes.moveTo(to.host, to.port);
      broker = open();
      void old.stop().catch((err: unknown) => { log.debug({ err }, 'the work bus at the old address'); });
    },
    async close() {
      bytes.close();
      await broker.stop();
    },
  };
}
