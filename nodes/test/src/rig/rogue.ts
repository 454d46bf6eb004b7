// A worker that was taken over: it has a valid key and token, and speaks NATS and sockets as it likes.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { natsRaw } from '@mantel/runtime/broker.ts';
import type { Paired } from '@mantel/runtime/paired.ts';

export interface Reply { success: boolean; data?: unknown; error?: { type: string; message: string } }

export async function takeOver(paired: Paired) {
  const nats = await natsRaw(paired);
  const refused: string[] = [];
  void (async () => { for await (const s of nats.status()) if (s.permissionContext) refused.push(`${s.permissionContext.operation} ${s.permissionContext.subject}`); })();
  const waiting = new Map<string, (r: Reply) => void>();
  nats.subscribe(`MOL-work.RES.${paired.id}`, { callback: (_e, m) => {
    const r = m.json<Reply & { id: string }>();
    waiting.get(r.id)?.(r);
    waiting.delete(r.id);
  } });
  const subject = `MOL-work.REQ.gw.${paired.id}`;
  const packet = (action: string, params: unknown, id: string = randomUUID(), more: object = {}): string => JSON.stringify({ ver: '5', sender: paired.id, id, action, params, meta: { actor: { kind: 'system' }, from: 'gw' }, timeout: 0, level: 1, ...more });
  /** undefined: nobody answered within `ms`. */
  const ask = (action: string, params: unknown, ms = 5000, more: object = {}): Promise<Reply | undefined> => new Promise((resolve) => {
    const id = randomUUID();
    const timer = setTimeout(() => {
      waiting.delete(id);
      resolve(undefined);
    }, ms);
    waiting.set(id, (r) => {
      clearTimeout(timer);
      resolve(r);
    });
    nats.publish(subject, packet(action, params, id, more));
  });
  return { nats, refused, subject, packet, ask, auth: paired.token, id: paired.id, close: (): Promise<void> => nats.close() };
}
export type Rogue = Awaited<ReturnType<typeof takeOver>>;

/** Opens sockets that say this much and no more; those that the other side closed are counted. */
export async function halfOpen(port: number, many: number, say: Buffer): Promise<{ closed(): number; end(): void }> {
  const sockets: Socket[] = [];
  let closed = 0;
  for (let i = 0; i < many; i += 100) {
    const some = Array.from({ length: Math.min(100, many - i) }, () => {
      const s = connect(port, '127.0.0.1', () => { if (say.length) s.write(say); });
      s.on('error', () => undefined).on('close', () => { closed++; });
      return s;
    });
    sockets.push(...some);
    await Promise.all(some.map((s) => Promise.race([once(s, 'connect'), once(s, 'close')]).catch(() => undefined)));
  }
  return { closed: () => closed, end: () => { for (const s of sockets) s.destroy(); } };
}
/** The first bytes of a TLS handshake that goes no further. */
export const HALF_HELLO = Buffer.from('160301020001000' + '1fc0303'.padEnd(41, '0'), 'hex');
