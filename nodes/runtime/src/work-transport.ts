// Moleculer's NATS transporter, narrowed to what gateway and workers say to each other.
// In a packet the sender is only claimed. Here a worker publishes under a subject that ends in its own id, and nats-server allows each key its own id only: so the gateway
// knows who speaks before it reads a byte of what is said, and can count per worker.
import { setTimeout as sleep } from 'node:timers/promises';
import moleculer from 'moleculer';
import type { Msg, NatsConnection } from 'nats';

export const GATEWAY_NODE = 'gw';
/** `take`: handle it; `refuse`: answer that this is too often; `drop`: do not even read it. */
export type Verdict = 'take' | 'refuse' | 'drop';
/** Asked for each message of a worker, with its size in bytes. */
export type Admit = (worker: string, bytes: number) => Verdict;

/** What workers may publish, for the configuration of nats-server. */
export const workerSubjects = (prefix: string, id: string): string[] => FROM_WORKERS.map((cmd) => `${prefix}.${cmd}.${GATEWAY_NODE}.${id}`);

const FROM_WORKERS = ['REQ', 'DISCOVER'];
const WORKER = /^w[0-9a-f]{10}$/;
const PROTOCOL_VERSION = '5'; // of Moleculer's packets

type Handler = (cmd: string, packet: { type: string; target: string; payload: object }) => unknown;

interface Packet { ver?: unknown; sender?: unknown; id?: unknown; action?: unknown; params?: unknown; timeout?: unknown }

const AGAIN_MS = 300;
const AGAIN = 10;
/** A server that reads its configuration anew turns away whoever comes in that very moment; Moleculer would wait for 5 s then. */
async function soonAgain(connect: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await connect();
      return;
    } catch (e) {
      if ((e as { code?: string }).code !== 'AUTHORIZATION_VIOLATION' || tries === AGAIN) throw e;
      await sleep(AGAIN_MS);
    }
  }
}

/** Reads requests and discoveries of workers, and nothing else: not even if nats-server let it through. */
export class GatewayTransport extends moleculer.Transporters.NATS {
  readonly #admit: Admit;
  constructor(options: object, admit: Admit) { super(options); this.#admit = admit; }

  override async connect(): Promise<void> {
    await soonAgain(() => super.connect());
    // who asked for the gateway while it was cut off would wait for its next heartbeat, ten seconds
    void (async () => {
      for await (const s of (this.client as NatsConnection).status()) if (s.type === 'reconnect') void (this.transit as unknown as { discoverer: { sendLocalNodeInfo(): Promise<unknown> } }).discoverer.sendLocalNodeInfo().catch(() => undefined);
    })();
  }

  override subscribe(cmd: string, nodeID?: string): Promise<void> {
    if (nodeID === GATEWAY_NODE && FROM_WORKERS.includes(cmd)) {
      (this.client as { subscribe(subject: string, o: object): void }).subscribe(`${this.prefix}.${cmd}.${GATEWAY_NODE}.*`, { callback: (err: Error | null, msg: Msg) => { if (!err) this.#read(cmd, msg); } });
    }
    return Promise.resolve();
  }

  #read(cmd: string, msg: Msg): void {
    const from = msg.subject.slice(msg.subject.lastIndexOf('.') + 1);
    const verdict = WORKER.test(from) ? this.#admit(from, msg.data.length) : 'drop';
    if (verdict === 'drop' || (verdict === 'refuse' && cmd !== 'REQ')) return;
    let packet: Packet | null;
    try { packet = JSON.parse(Buffer.from(msg.data).toString()) as Packet | null; } catch { return; }
    if (packet === null || typeof packet !== 'object' || packet.sender !== from || packet.ver !== PROTOCOL_VERSION) return;
    const { id, action, params } = packet;
    // anything else in it (streams, which Moleculer keeps until they end; meta, which actions trust) stays unread
    const payload = cmd === 'REQ' ? { ver: PROTOCOL_VERSION, sender: from, id, action, params, meta: { from, refused: verdict === 'refuse' }, level: 1 } : { ver: PROTOCOL_VERSION, sender: from };
    if (cmd === 'REQ' && (typeof id !== 'string' || id.length > 100 || typeof action !== 'string' || action.length > 100)) return;
    (this as unknown as { messageHandler: Handler }).messageHandler(cmd, { type: cmd, target: GATEWAY_NODE, payload });
  }
}

const FLUSH_MS = 500;

/** Says only what nats-server allows a worker to say; the rest of Moleculer's talk (heartbeats, INFO) would be a refusal in the server's log each time. */
export class WorkerTransport extends moleculer.Transporters.NATS {
  #left = false;
  #linked = false;
  /** Whether the server is reached now; Moleculer itself does not notice. */
  get linked(): boolean { return this.#linked; }

  override send(topic: string, data: Buffer): Promise<void> {
    const cmd = topic.slice(this.prefix.length + 1).split('.', 1)[0]!;
    return FROM_WORKERS.includes(cmd) ? super.send(`${this.prefix}.${cmd}.${GATEWAY_NODE}.${this.nodeID}`, data) : Promise.resolve();
  }

  // Left is left, also when the server is out of reach: Moleculer would wait for its answer, and try to come back for ever.
  override async connect(): Promise<void> {
    if (this.#left) return new Promise(() => undefined);
    await soonAgain(() => (this.#left ? new Promise(() => undefined) : super.connect()));
    if (this.#left) return this.disconnect();
    this.#linked = true;
    void (async () => {
      for await (const s of (this.client as NatsConnection).status()) this.#linked = s.type === 'disconnect' ? false : s.type === 'reconnect' ? true : this.#linked;
      this.#linked = false; // closed
    })();
  }
  override async disconnect(): Promise<void> {
    this.#left = true;
    const client = this.client as NatsConnection | null;
    this.client = null;
    if (!client) return;
    await Promise.race([client.flush().catch(() => undefined), sleep(FLUSH_MS, undefined, { ref: false })]);
    await client.close();
  }
}
