// The two brokers of the coordinator and the one of a worker.
// `tls.checkServerIdentity` is off because the pinned certificate is the only accepted CA: whoever holds its key is the coordinator, whatever the address.
import { format } from 'node:util';
import moleculer from 'moleculer';
import type { BrokerOptions, Middleware, ServiceBroker as Broker } from 'moleculer';
import { connect, nkeyAuthenticator, type ConnectionOptions, type NatsConnection } from 'nats';
import { createLogger, logLevel, type Logger } from './logger.ts';
import { type Admit, GATEWAY_NODE, GatewayTransport, WorkerTransport } from './work-transport.ts';

export { GATEWAY_NODE } from './work-transport.ts';
export const NAMESPACE = 'work';

/** How to reach nats-server: address, the pinned certificate (PEM) and the NKey seed that identifies this node. */
export interface Wire { host: string; natsPort: number; cert: string; seed: string }

/** A short connect time limit makes the client flap after a silent cut (measured), hence 20 s; pings every 4 s notice a dead link soon. */
export const natsOptions = (w: Wire): ConnectionOptions => ({
  servers: [`${w.host.includes(':') ? `[${w.host}]` : w.host}:${w.natsPort}`],
  authenticator: nkeyAuthenticator(Buffer.from(w.seed)),
  tls: { ca: w.cert, checkServerIdentity: () => undefined } as ConnectionOptions['tls'],
  timeout: 20_000, pingInterval: 4000, maxPingOut: 2, maxReconnectAttempts: -1, reconnectTimeWait: 500,
  ignoreAuthErrorAbort: true, // a key may be refused for a while only (shut out, a restored house): by itself the client would give up for good after the second time
});

/** A bare connection (system events); the caller closes it. Fails at once when no server listens. */
export const natsRaw = (w: Wire): Promise<NatsConnection> => connect(natsOptions(w));

class PinoBridge extends moleculer.Loggers.Base<object> {
  readonly #log: Logger;
  constructor(log: Logger) { super(); this.#log = log; }
  override getLogHandler(bindings: { mod: string }): (level: string, args: unknown[]) => void {
    const child = this.#log.child({ mod: bindings.mod }, { level: this.#log.level === 'silent' ? 'silent' : logLevel('warn') });
    return (level, args) => {
      const write = (child as unknown as Record<string, ((fields: object, text: string) => void) | undefined>)[level];
      const err = args.find((a) => a instanceof Error);
      write?.call(child, err ? { err } : {}, format(...args.filter((a) => a !== err)));
    };
  }
}

// No validator: parameters are checked by the TypeBox contracts. No process events: shutdown has one owner.
// No `$node` service: it would tell every worker the options, load and addresses of this machine.
const common = (log: Logger): BrokerOptions => ({ logger: new PinoBridge(log), validator: false, internalServices: false, skipProcessEventRegistration: true, metrics: false, tracing: false });

/** The services of the house, in this process only. Log level: MANTEL_LOG, default `warn`. */
export const homeBroker = (log: Logger = createLogger('home')): Broker => new moleculer.ServiceBroker({ ...common(log), nodeID: 'home' });

// Moleculer answers to a subject that it builds from the sender that a packet names, and the NATS client writes subjects as they are: a sender with a line break
// would be a command in the receiver's name. Whatever does not look like a node of ours is dropped unread.
const NODE_ID = new RegExp(`^(${GATEWAY_NODE}|w[0-9a-f]{10})$`);
const knownSenders: Middleware = {
  name: 'known-senders',
  transitMessageHandler: (next: (cmd: string, packet: { payload?: { sender?: unknown } }) => unknown) => (cmd: string, packet: { payload?: { sender?: unknown } }) => {
    const sender = packet.payload?.sender;
    return typeof sender === 'string' && NODE_ID.test(sender) ? next(cmd, packet) : undefined;
  },
} as unknown as Middleware;

/** A node on the work bus: the gateway (`gw`) or a worker (its id). `admit`: what the gateway takes from whom; all of it when not given. */
export const netBroker = (nodeID: string, wire: Wire, log: Logger = createLogger(nodeID), admit: Admit = () => 'take'): Broker => new moleculer.ServiceBroker({
  ...common(log), namespace: NAMESPACE, nodeID, middlewares: [knownSenders], ...(nodeID === GATEWAY_NODE ? {} : { heartbeatInterval: 3600 }), // nobody listens to a worker's
  transporter: nodeID === GATEWAY_NODE ? new GatewayTransport(natsOptions(wire), admit) : new WorkerTransport(natsOptions(wire)),
});
