// Tells at once when a worker's connection ends (8 ms instead of a lease's length): nats-server reports it on its system account.
import { type NatsConnection } from 'nats';
import { natsRaw, type Wire } from '@mantel/runtime/broker.ts';

interface Event { client: { id: number; host?: string; user?: string; nkey?: string }; reason?: string }
interface Connz { data?: { connections?: { cid: number; ip?: string; authorized_user?: string; nkey?: string }[] } }
const CONNZ_MS = 2000;

const STALE = 'Stale Connection'; // of one that answers no ping any more

/** `gone`: a worker's newest connection ended; `silent`: it just fell silent, as a PC does that goes to sleep. `cut`: the bus itself went away, and with it every answer that is still on its way. `opened`, `closed`: every single connection. */
export interface PresenceEvents { gone: (nkey: string, how: { reason: string; silent: boolean }) => void; cut: () => void; opened?: (nkey: string, id: number, host: string) => void; closed?: (nkey: string, id: number) => void }

/** nats-server 2.9 puts the NKey into `client.user`. A late event of an old connection must not release what the reconnected worker holds now. */
export async function watchPresence(wire: Wire, { gone, cut, opened, closed }: PresenceEvents): Promise<() => Promise<void>> {
  const newest = new Map<string, number>();
  const connection: NatsConnection = await natsRaw(wire);
  const on = (kind: string, handle: (nkey: string, e: Event) => void): void => void connection.subscribe(`$SYS.ACCOUNT.WORK.${kind}`, { callback: (_err, m) => {
    const e = JSON.parse(m.string()) as Event;
    handle(e.client.user ?? e.client.nkey ?? '', e);
  } });
  const came = (nkey: string, id: number, host = ''): void => {
    newest.set(nkey, Math.max(id, newest.get(nkey) ?? 0));
    opened?.(nkey, id, host);
  };
  /** Who was connected before we listened; without an answer the next events tell. */
  const look = async (): Promise<void> => {
    const answer = await connection.request('$SYS.REQ.SERVER.PING.CONNZ', JSON.stringify({ auth: true, acc: 'WORK' }), { timeout: CONNZ_MS }).then((m) => m.json<Connz>(), () => undefined);
    for (const c of answer?.data?.connections ?? []) came(c.authorized_user ?? c.nkey ?? '', c.cid, c.ip);
  };
  on('CONNECT', (nkey, e) => came(nkey, e.client.id, e.client.host));
  on('DISCONNECT', (nkey, e) => {
    closed?.(nkey, e.client.id);
    if ((newest.get(nkey) ?? e.client.id) === e.client.id) gone(nkey, { reason: e.reason ?? '', silent: e.reason === STALE });
  });
  void (async () => {
    for await (const s of connection.status()) {
      if (s.type === 'reconnect') void look();
      if (s.type !== 'disconnect') continue;
      newest.clear(); // a new server counts its connections anew
      cut();
    }
  })();
  await connection.flush();
  await look();
  return () => connection.close();
}
