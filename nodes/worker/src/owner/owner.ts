// Is somebody using this PC?
import type { NodeLoad } from '@mantel/contracts/models/node.ts';
import { foreignWork } from './cpu.ts';
import { session } from './session.ts';
import { inputDevices, type Sign, terminals } from './signs.ts';

export type OwnerState = NodeLoad['owner'];
/** So long after the last sign it is nobody's. */
const QUIET_MS = 5 * 60_000;
/** Before that nothing can be said: every sign is a change. */
const WATCH_MS = 1000;
export const PACE = { watchful: 200, calm: 1000 };

export interface OwnerOptions { signs?: Sign[]; quietMs?: number; /** A clock that nobody sets: many PCs are an hour ahead until they have asked the network. */ now?: () => number }
export interface OwnerWatch {
  state(): OwnerState;
  /** Called with each new state. */
  onChange(listener: (state: OwnerState) => void): void;
  /** How often it looks, in ms. */
  pace(ms: number): void;
  stop(): void;
}

/** `active` at once with the first sign, `away` after a quiet time, `unknown` where nothing tells. */
export function watchOwner({ signs = [foreignWork(), inputDevices(), terminals(), session()], quietMs = QUIET_MS, now = () => performance.now() }: OwnerOptions = {}): OwnerWatch {
  const began = now();
  const listeners: ((state: OwnerState) => void)[] = [];
  let state: OwnerState = 'unknown';
  let last = -Infinity;
  const look = (): void => {
    const at = now();
    const seen = signs.map((s) => s.look(at));
    for (const t of seen) if (typeof t === 'number') last = Math.max(last, Math.min(t, at));
    const next: OwnerState = at - last < quietMs ? 'active' : seen.every((t) => t === null) || at - began < WATCH_MS ? 'unknown' : 'away';
    if (next === state) return;
    state = next;
    for (const l of listeners) l(state);
  };
  look();
  let timer = setInterval(look, PACE.calm);
  timer.unref();
  return {
    state: () => state,
    onChange: (l) => void listeners.push(l),
    pace(ms) {
      clearInterval(timer);
      timer = setInterval(look, ms);
      timer.unref();
    },
    stop() {
      clearInterval(timer);
      for (const s of signs) s.close?.();
    },
  };
}
