// What a worker is called, and what a person should know of it: pure rules, so that each has a row in a table of tests.
import type { NodeKind, NodeLoad, NodeState, Rest } from '@mantel/contracts/models/node.ts';
import { LOW_DISK_BYTES } from '@mantel/contracts/models/node.ts';

/** Without a word for so long it is not there, whatever its connection says: it asks for work every few seconds. */
export const SILENT_MS = 15_000;
/** After this it is a PC that was switched off, not a fault. */
export const ASLEEP_MS = 5 * 60_000;
const CLOCK_MS = 2 * 60_000;
export const FLAPS = 3;

export type Outdated = 'worker' | 'coordinator' | null;
/** `heard`: the last word, `connected`: since then nothing said that it left; `ended`: how its last connection ended, as far as it is known. */
export interface Facts { heard: number; connected: boolean; ended: 'stop' | 'sleep' | 'cut' | null; outdated: Outdated; rest: Rest | null; busy: boolean }

export function stateOf(f: Facts, now: number): NodeState {
  if (!f.connected || f.heard <= now - SILENT_MS) return f.ended === 'stop' || f.ended === 'sleep' || f.heard <= now - ASLEEP_MS ? 'asleep' : 'lost';
  if (f.outdated) return 'outdated';
  if (f.rest) return f.rest === 'paused' || f.rest === 'draining' ? f.rest : 'resting';
  return f.busy ? 'busy' : 'online';
}

export interface Signs {
  outdated: Outdated; load: NodeLoad | null; missing: readonly string[]; kinds: readonly NodeKind[];
  /** Addresses that are connected with this worker's key at the same time, for longer than a reconnect takes. */
  twins: readonly string[] | null;
  /** Connections that broke in the last ten minutes; `sharing`: another worker that has the same address. */
  flaps: number; address: string | null; sharing: string | null;
  /** Requests refused in the last minute; shut out until then (ms). */
  refused: number; shutOutUntil: number;
  /** How far its clock is ahead of ours, ms. */
  clockMs: number;
  /** Somebody drained it at that PC. */
  drainedThere: boolean;
  /** What others have to say (a failed update). */
  more: string | null;
}

const NOUN: Record<string, string> = { preview: 'previews', probe: 'tests' };
const minutes = (ms: number): string => { const n = Math.max(1, Math.ceil(ms / 60_000)); return n === 1 ? 'one minute' : `${n} minutes`; };
/** An error ends with its own full stop, or with one of ours. */
const said = (error: string | null): string => (error ? `: ${error.replace(/[.\s]+$/, '')}.` : '.');

/** What happened and what to do, the most pressing first. null: nothing. */
export function troubleOf(s: Signs, now: number): string | null {
  const out: string[] = [];
  if (s.shutOutUntil > now) out.push(`It behaved as no worker of ours does (far too many requests or connections) and is shut out for another ${minutes(s.shutOutUntil - now)}. If you cannot explain it, remove this worker and look at that computer.`);
  if (s.twins) out.push(`Two computers use the identity of this worker (${s.twins.join(' and ')}): this PC's disk was probably cloned. On one of them run "mantel worker leave" and add it again.`);
  if (s.outdated === 'worker') out.push('It speaks an older language than this house and gets no work. Update it.');
  if (s.outdated === 'coordinator') out.push('It speaks a newer language than this house and gets no work. Update Mantel on this machine.');
  if (s.flaps >= FLAPS) {
    out.push(s.sharing && s.address
      ? `Its connection broke ${s.flaps} times in ten minutes, and "${s.sharing}" has the same address (${s.address}). Give one of the two another address in your router.`
      : `Its connection broke ${s.flaps} times in ten minutes. Check its cable or Wi-Fi${s.address ? `, and that no other device has its address (${s.address})` : ''}.`);
  }
  const free = s.load?.freeDiskBytes ?? null;
  if (free !== null && free < LOW_DISK_BYTES) out.push(`The disk with its temporary files is full (${Math.floor(free / (1 << 20))} MB left). It takes no work until there are ${LOW_DISK_BYTES >> 20} MB; make room there.`);
  for (const k of s.kinds) {
    const until = k.heldUntil === null ? 0 : Date.parse(k.heldUntil);
    if (until > now) out.push(`It failed several ${NOUN[k.kind] ?? k.kind} in a row and gets none for ${minutes(until - now)}${said(k.lastError)} Others do them meanwhile; when it is mended, let it try again.`);
  }
  if (s.refused > 0) out.push(`It asks far too often (${s.refused} requests refused in the last minute) and is slowed down. If you cannot explain it, remove this worker and look at that computer.`);
  if (Math.abs(s.clockMs) > CLOCK_MS) out.push(`Its clock is ${minutes(Math.abs(s.clockMs))} ${s.clockMs > 0 ? 'ahead' : 'behind'}. Its work is right all the same, but the times in its log are not; switch on automatic time there.`);
  if (s.drainedThere) out.push('Somebody told it at that PC to take no more work. To go on, run there: sudo mantel worker resume');
  if (s.more) out.push(s.more);
  out.push(...s.missing);
  return out.length ? out.join(' ') : null;
}
