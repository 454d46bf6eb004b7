// Wakes sleeping PCs over the LAN when much work waits for them: the magic packet, sent to the broadcast address of every network of this machine.
import { createSocket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { NodeCaps, NodeSettings, NodeState } from '@mantel/contracts/models/node.ts';

export const WAKE_PORT = 9;
/** Work for so long must wait before a PC is woken for it. */
export const BACKLOG_S = 10 * 60;
const AGAIN_MS = 10 * 60_000;

/** Six bytes of ff, then the address sixteen times. */
export const magicPacket = (mac: string): Buffer => Buffer.concat([Buffer.alloc(6, 0xff), ...Array.from({ length: 16 }, () => Buffer.from(mac.replaceAll(':', ''), 'hex'))]);

/** The last address of each IPv4 network that this machine is in. */
export function broadcasts(interfaces = networkInterfaces()): string[] {
  const found = Object.values(interfaces).flatMap((list) => list ?? []).filter((i) => i.family === 'IPv4' && !i.internal);
  const address = (ip: string, mask: string): string => {
    const m = mask.split('.').map(Number);
    return ip.split('.').map((part, i) => (Number(part) & m[i]!) | (~m[i]! & 255)).join('.');
  };
  return [...new Set(found.map((i) => address(i.address, i.netmask)))];
}

/** Sends three times, because nothing tells whether it arrived. Returns how many packets left this machine. */
export async function sendWake(macs: readonly string[], to = broadcasts(), port = WAKE_PORT): Promise<number> {
  const socket = createSocket('udp4');
  try {
    await new Promise<void>((resolve, reject) => { socket.once('error', reject).bind(0, () => { socket.setBroadcast(true); resolve(); }); });
    const sends = [1, 2, 3].flatMap(() => to.flatMap((host) => macs.map((mac) => new Promise<number>((resolve) => { socket.send(magicPacket(mac), port, host, (e) => resolve(e ? 0 : 1)); }))));
    return (await Promise.all(sends)).reduce((a, b) => a + b, 0);
  } finally {
    socket.close();
  }
}

export interface Sleeper { id: string; name: string; local: boolean; state: NodeState; caps: NodeCaps | null; settings: NodeSettings }
export interface WakeDeps {
  sleepers: () => Sleeper[];
  /** Seconds of work that wait; null: nobody is there to do it, or nobody knows. */
  backlogSeconds: () => Promise<{ seconds: number | null; waiting: boolean }>;
  within: (hours: NonNullable<NodeSettings['hours']>, at: number) => boolean; send?: typeof sendWake; log: { info(fields: object, text: string): void }; now?: () => number;
}

export function createWake({ sleepers, backlogSeconds, within, send = sendWake, log, now = Date.now }: WakeDeps) {
  const woken = new Map<string, number>();
  let stuckSince: number | undefined; // work waits, and nobody is there
  const wake = async (s: Sleeper): Promise<void> => {
    if (s.local) throw new MantelError('conflict', 'This is the machine that Mantel runs on; it is awake.');
    if (!s.caps?.macs.length) throw new MantelError('conflict', 'The network address (MAC) of this PC is not known, so it cannot be woken. Switch it on once; it tells with its first hello.');
    woken.set(s.id, now());
    if (!(await send(s.caps.macs))) throw new MantelError('internal', 'The wake-up call could not be sent: this machine is in no network. Check its network connection.');
    log.info({ worker: s.id }, 'a wake-up call was sent');
  };
  return {
    async now(id: string): Promise<void> {
      const s = sleepers().find((x) => x.id === id);
      if (!s) throw new MantelError('not_found', 'There is no such worker.');
      if (s.state !== 'asleep' && s.state !== 'lost') throw new MantelError('conflict', 'This worker is awake.');
      await wake(s);
    },
    /** Every now and then: whether the work that waits is worth waking somebody, once in ten minutes each at most. */
    async look(): Promise<void> {
      const due = sleepers().filter((s) => s.settings.wake && !s.settings.paused && !s.local && s.state === 'asleep' && s.caps?.macs.length && (!s.settings.hours || within(s.settings.hours, now())) && (woken.get(s.id) ?? -Infinity) <= now() - AGAIN_MS);
      if (!due.length) return;
      const { seconds, waiting } = await backlogSeconds();
      stuckSince = waiting && seconds === null ? stuckSince ?? now() : undefined;
      const much = seconds === null ? stuckSince !== undefined && stuckSince <= now() - BACKLOG_S * 1000 : seconds > BACKLOG_S;
      if (much) for (const s of due) await wake(s);
    },
    forget: (id: string): void => void woken.delete(id),
  };
}
export type Wake = ReturnType<typeof createWake>;
