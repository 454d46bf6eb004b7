// Tells at once when a worker's connection ends (8 ms instead of a lease's length): nats-server reports it on its system account.
import { type NatsConnection } from 'nats';
import { natsRaw, type Wire } from '@mantel/runtime/broker.ts';

interface Event { client: { id: number; user?: string; nkey?: string }; reason?: string }

/** `gone`: one worker's connection ended. `cut`: the bus itself went away, and with it every answer that is still on its way. */
export interface PresenceEvents { gone: (nkey: string, reason: string) => void; cut: () => void }

/** nats-server 2.9 puts the NKey into `client.user`. A late event of an old connection must not release what the reconnected worker holds now. */
export async function watchPresence(wire: Wire, { gone, cut }: PresenceEvents): Promise<() => Promise<void>> {
  const newest = new Map<string, number>();
  const connection: NatsConnection = await natsRaw(wire);
  const on = (kind: string, handle: (nkey: string, e: Event) => void): void => void connection.subscribe(`$SYS.ACCOUNT.WORK.${kind}`, { callback: (_err, m) => {
    const e = JSON.parse(m.string()) as Event;
    handle(e.client.user ?? e.client.nkey ?? '', e);
  } });
  on('CONNECT', (nkey, e) => newest.set(nkey, e.client.id));
  on('DISCONNECT', (nkey, e) => {
    if ((newest.get(nkey) ?? e.client.id) === e.client.id) gone(nkey, e.reason ?? '');
  });
  void (async () => {
    for await (const s of connection.status()) {
      if (s.type !== 'disconnect') continue;
      newest.clear(); // a new server counts its connections anew
      cut();
    }
  })();
  await connection.flush();
  return () => connection.close();
}
