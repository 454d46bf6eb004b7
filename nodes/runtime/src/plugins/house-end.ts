import type { Duplex } from 'node:stream';
import { createBirpc, type BirpcReturn } from 'birpc';
import { frame, FrameTooLarge, readFrames } from './wire/frames.ts';
import type { HouseApi, RunnerApi } from './wire/wire.ts';

const AT_ONCE = 32, PER_SECOND = 4000, MANY = 8000;
export type Rpc = BirpcReturn<RunnerApi, HouseApi>;
interface Request { t: 'q'; i?: string; m: keyof HouseApi; a: unknown[] }
interface Answer { t: 's'; i: string; r?: unknown; e?: unknown }

/** The house's end of the wire. Nothing that comes in is believed: unknown calls, answers that nobody asked for, too many or too large messages end the plugin (`bad`, with the reason in words). `ready` resolves when the runner is there. */
export function openHouseEnd(wire: Duplex, api: HouseApi, bad: (why: string) => void): { rpc: Rpc; ready: Promise<void> } {
  let hear: (message: unknown) => void = () => undefined;
  let greeted: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => { greeted = resolve; });
  const asked = new Set<string>();
  let serving = 0, tokens = MANY, filled = performance.now();

  const isRequest = (m: Partial<Request>): m is Request => m.t === 'q' && typeof m.m === 'string' && Object.hasOwn(api, m.m) && Array.isArray(m.a) && m.a.length <= 8 && (m.m === 'log' ? m.i === undefined : typeof m.i === 'string' && m.i.length < 50);
  const flooded = (): boolean => {
    const now = performance.now();
    tokens = Math.min(MANY, tokens + ((now - filled) / 1000) * PER_SECOND);
    filled = now;
    return --tokens < 0;
  };
  function take(message: unknown): string | undefined {
    if (flooded()) return 'It flooded the house with messages.';
    const m = (message ?? {}) as Partial<Request> | Partial<Answer> | { t: 'ready' };
    if (m.t === 'ready') return void greeted();
    if (m.t === 's') {
      if (typeof m.i !== 'string' || !asked.delete(m.i)) return 'It answered what nobody had asked.';
    } else if (!isRequest(m as Partial<Request>)) return 'It asked for something that does not exist.';
    else if (m.t === 'q' && m.i !== undefined && ++serving > AT_ONCE) return 'It asked for too many things at once.';
    hear(message);
    return undefined;
  }

  const rpc = createBirpc<RunnerApi, HouseApi>(api, {
    post: (message: unknown) => {
      const m = message as Request | Answer;
      if (m.t === 'q' && m.i !== undefined) asked.add(m.i);
      if (m.t === 's') serving--;
      if (wire.writable) wire.write(frame(m.t === 's' && m.e instanceof Error ? { t: 's', i: m.i, e: Object.assign(new Error(m.e.message), { stack: '' }) } : m)); // paths of our program are none of its business
    },
    on: (fn) => { hear = fn; }, bind: 'functions', timeout: -1, onGeneralError: (_e, method) => method !== undefined, // an answer that could not be sent; errors of a call are for its caller
  });
  void (async () => {
    try {
      for await (const message of readFrames(wire)) {
        const why = take(message);
        if (why !== undefined) return bad(why);
      }
    } catch (e) {
      bad(e instanceof FrameTooLarge ? `It sent a message of ${e.message} at once.` : 'It sent something that cannot be read.');
    }
  })();
  return { rpc, ready };
}
