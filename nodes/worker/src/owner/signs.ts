// Signs that somebody uses this PC. None of them is there on every machine; each says so itself.
import { closeSync, constants, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** `look`: when the newest sign was (ms, by the clock of `now`, which is nobody's time of day), undefined when there was none, null when this machine does not tell. */
export interface Sign { look(now: number): number | undefined | null; close?(): void }

const names = (folder: string): string[] => { try { return readdirSync(folder); } catch { return []; } };
const RESCAN_MS = 10_000;
const EVENT_BYTES = 24; // struct input_event on 64-bit machines: 16 bytes of time, type, code, value
const BY_A_PERSON = [1, 2, 3]; // keys, relative and absolute movement; not lids, lamps and clocks

/** Keyboards and mice, where this process may read them (root, or the group `input`). Without blocking: a read that waits would hold a thread of node's pool for ever. */
export function inputDevices(folder = '/dev/input'): Sign {
  const open = new Map<string, number>();
  const buffer = Buffer.alloc(EVENT_BYTES * 64);
  let scanned = -Infinity;
  let last: number | undefined;
  const drop = (name: string, fd: number): void => { open.delete(name); try { closeSync(fd); } catch { /* unplugged */ } };
  return {
    look(now) {
      if (now - scanned > RESCAN_MS) {
        scanned = now;
        for (const name of names(folder)) {
          if (!/^event\d+$/.test(name) || open.has(name)) continue;
          try { open.set(name, openSync(join(folder, name), constants.O_RDONLY | constants.O_NONBLOCK)); } catch { /* not ours to read */ }
        }
      }
      for (const [name, fd] of open) {
        try {
          for (let bytes = readSync(fd, buffer); bytes > 0; bytes = bytes === buffer.length ? readSync(fd, buffer) : 0) {
            for (let at = 0; at + EVENT_BYTES <= bytes; at += EVENT_BYTES) if (BY_A_PERSON.includes(buffer.readUInt16LE(at + 16))) last = now;
          }
        } catch (e) { if ((e as NodeJS.ErrnoException).code !== 'EAGAIN') drop(name, fd); }
      }
      return open.size === 0 ? null : last;
    },
    close() { for (const [name, fd] of open) drop(name, fd); },
  };
}

/** Terminals, as `w` does it: somebody typed there when it was read. */
export function terminals(folders = ['/dev', '/dev/pts'], clock = Date.now): Sign {
  return {
    look(now) {
      const time = clock();
      let last: number | undefined;
      let any = false;
      for (const folder of folders) for (const name of names(folder)) {
        if (!(folder.endsWith('pts') ? /^\d+$/ : /^tty([1-9]\d*|S\d+)$/).test(name)) continue;
        try {
          const { atimeMs, uid, birthtimeMs } = statSync(join(folder, name));
          any = true;
          // the console of a machine that nobody signed in at belongs to root and was never read since it was made
          // and one from the future was read before the clock was set back, nobody knows when
          if (atimeMs <= time && (folder.endsWith('pts') || (uid !== 0 && atimeMs > birthtimeMs))) last = Math.max(last ?? 0, atimeMs);
        } catch { /* gone meanwhile */ }
      }
      if (last !== undefined) return now - (time - last);
      return any ? undefined : null;
    },
  };
}
