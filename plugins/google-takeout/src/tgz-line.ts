import { isJson } from './paths.ts';
import { TgzReader } from './tgz.ts';

/**
 * `cursors`: runs through one archive at once (stills and their clips may lie far apart, and each goes forward). `small`: an entry of at most so many bytes is read whole, so that the cursor need not wait for whoever asked. `kept`: bytes of all
 * entries that were passed over shortly before somebody wants them. `near`: entries that are worth keeping lie at most so far before the next wanted one. `grace`: ms that a cursor waits before it passes over one that is too large to keep, within `soon` of the next wanted one.
 * `jump`: ms that a cursor waits for others to ask before it goes on to one that is farther away than `near`. `life`: ms after which whoever waits shows that all is well.
 */
export const LIMITS = { cursors: 3, small: 8 * 1024 * 1024, kept: 128 * 1024 * 1024, near: 256, soon: 32, grace: 300, jump: 250, life: 10_000 };
export type Limits = typeof LIMITS;
export interface Line { read: (n: number, signal: AbortSignal) => AsyncGenerator<Uint8Array>; idle: () => boolean; begun: () => number; close: () => Promise<void> }

interface Want { n: number; give: (body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) => void; fail: (e: unknown) => void; /** Lets the cursor go on that hands out its bytes. */ over: (() => void) | null }
/** `inHand`: the entry whose bytes whoever asks for it now gets, too. */
interface Cursor { reader: TgzReader; going: boolean; used: number; inHand: number | null }
/** What comes first: the event, or the end of the time. */
async function within(event: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([event, new Promise<void>((r) => { timer = setTimeout(r, ms); })]).finally(() => clearTimeout(timer));
}

/**
 * All that wants entries of one .tgz, which can only be read from its beginning on: whoever asks waits in line, and a cursor goes forward and serves them in the order of the archive. What it passed over it does not reach again: another begins anew, for all of those at once.
 * Entries are asked for by their place, at about the same time and roughly in order.
 */
export function openLine(file: string, limits: Limits = LIMITS): Line {
  const wants = new Map<number, Want[]>();
  const kept = new Map<number, Buffer>();
  let cursors: Cursor[] = [];
  let keptBytes = 0, clock = 0, begun = 0;
  let asked = Promise.withResolvers<void>();

  /** What is wanted, and not in somebody's hand. */
  const open = (): number[] => [...wants.keys()].filter((n) => cursors.every((c) => c.inHand !== n));
  /** The next wanted entry that no other cursor is nearer to. */
  function targetOf(c: Cursor): number | null {
    const at = c.reader.index;
    const to = Math.min(...cursors.filter((o) => o !== c && (o.reader.index > at || (o.reader.index === at && cursors.indexOf(o) > cursors.indexOf(c)))).map((o) => o.reader.index));
    const ahead = open().filter((n) => n > at && n <= to);
    return ahead.length === 0 ? null : Math.min(...ahead);
  }
  function take(n: number): Buffer | undefined {
    const bytes = kept.get(n);
    if (bytes) keptBytes -= bytes.length;
    kept.delete(n);
    return bytes;
  }
  async function whole(c: Cursor): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const b of c.reader.body()) parts.push(b);
    return Buffer.concat(parts); // a copy: what was unpacked with it may go
  }
  /** To everybody who asks; a large one goes to each by itself, as it comes. */
  async function serve(c: Cursor, n: number, bytes: number): Promise<void> {
    if (bytes <= limits.small) {
      const body = await whole(c);
      for (const want of wants.get(n) ?? []) want.give([body]);
      wants.delete(n);
      return;
    }
    c.inHand = null;
    const [want, ...others] = wants.get(n)!;
    wants.delete(n);
    if (others.length > 0) wants.set(n, others);
    const over = Promise.withResolvers<void>();
    want!.over = over.resolve;
    want!.give(c.reader.body());
    await over.promise;
  }
  async function keep(c: Cursor, n: number): Promise<void> {
    const body = await whole(c);
    if (wants.has(n)) {
      for (const want of wants.get(n)!) want.give([body]); // asked for meanwhile
      wants.delete(n);
      return;
    }
    take(n);
    kept.set(n, body);
    keptBytes += body.length;
    for (const old of kept.keys()) if (keptBytes > limits.kept) take(old);
  }
  /** Whoever takes the entries before it may be about to ask for this one, too. */
  async function grace(n: number): Promise<void> {
    for (const end = performance.now() + limits.grace; !wants.has(n) && performance.now() < end;) await within(asked.promise, end - performance.now());
  }
  async function drive(c: Cursor): Promise<void> {
    c.going = true;
    c.used = ++clock;
    try {
      let jump: number | null = null;
      for (let target = targetOf(c); target !== null; target = targetOf(c)) {
        if (target - c.reader.index > limits.near && target !== jump) {
          jump = target;
          await new Promise((r) => { setTimeout(r, limits.jump); });
          continue;
        }
        const e = await c.reader.next();
        if (!e) throw new Error('The archive has changed since it was looked at.');
        const n = c.inHand = c.reader.index;
        const far = target - n;
        if (!wants.has(n) && e.kind === 'file' && e.bytes > limits.small && far <= limits.soon && !isJson(e.path)) await grace(n);
        if (wants.has(n)) await serve(c, n, e.bytes);
        else if (e.kind === 'file' && e.bytes <= limits.small && far <= limits.near && !isJson(e.path)) await keep(c, n);
        c.inHand = null;
      }
      c.going = false;
    } catch (e) {
      // neither this entry nor what lies behind it can be had
      for (let n = c.inHand ?? targetOf(c); n !== null; n = targetOf(c)) {
        for (const want of wants.get(n) ?? []) want.fail(e);
        wants.delete(n);
        c.inHand = null;
      }
      await drop(c);
    }
    pump();
  }
  /** Sends everybody on who has something to do; where all have passed what is wanted, one begins anew. */
  function pump(): void {
    for (const c of cursors) if (!c.going && targetOf(c) !== null) void drive(c);
    const first = Math.min(...open());
    if (first === Infinity || cursors.some((c) => c.reader.index < first)) return;
    if (cursors.length >= limits.cursors) {
      const idle = cursors.filter((c) => !c.going).toSorted((a, b) => a.used - b.used)[0];
      if (!idle) return;
      void drop(idle);
    }
    const c: Cursor = { reader: new TgzReader(file), going: false, used: 0, inHand: null };
    begun++;
    cursors.push(c);
    void drive(c);
  }
  async function drop(c: Cursor): Promise<void> {
    cursors = cursors.filter((o) => o !== c);
    await c.reader.close().catch(() => undefined);
  }

  return {
    idle: () => wants.size === 0 && cursors.every((c) => !c.going),
    begun: () => begun,
    close: async () => { await Promise.all(cursors.map(drop)); },
    /** The bytes of the entry at this place; empty ones while others are served before it. Throws when the archive is not what it was, or cannot be read up to there. */
    async* read(n, signal) {
      const bytes = take(n);
      if (bytes) {
        yield bytes;
        return;
      }
      const given = Promise.withResolvers<AsyncIterable<Uint8Array> | Iterable<Uint8Array>>();
      const want: Want = { n, give: given.resolve, fail: given.reject, over: null };
      let body: AsyncIterable<Uint8Array> | Iterable<Uint8Array> | undefined;
      const answered = given.promise.then((b) => { body = b; });
      const stopped = new Promise<void>((r) => { signal.addEventListener('abort', () => r(), { once: true }); });
      answered.catch(() => undefined);
      try {
        signal.throwIfAborted();
        wants.set(n, [...(wants.get(n) ?? []), want]);
        asked.resolve();
        asked = Promise.withResolvers();
        pump();
        for (;;) {
          await within(Promise.race([answered, stopped]), limits.life);
          signal.throwIfAborted();
          if (body) break;
          yield new Uint8Array(0);
        }
        yield* body;
      } finally {
        const left = (wants.get(n) ?? []).filter((w) => w !== want);
        if (left.length > 0) wants.set(n, left);
        else wants.delete(n);
        want.over?.();
      }
    },
  };
}
