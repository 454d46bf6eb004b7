// What the desktop says: logind's IdleHint. Some desktops never set it, so it counts only after it was seen to be set once.
import { runProgram } from '../run-program.ts';
import type { Sign } from './signs.ts';

const EVERY_MS = 2000;
const LIMITS = { limitMs: 2000, maxBytes: 64 << 10 };

/** `ask`: true when all sessions with a desktop are idle, false when one is not, null when there is none. */
async function askLogind(signal: AbortSignal): Promise<boolean | null> {
  const list = await runProgram('loginctl', ['list-sessions', '--no-legend'], { signal, ...LIMITS });
  const ids = list.stdout.toString().split('\n').map((l) => l.trim().split(/\s+/)[0]).filter((id): id is string => Boolean(id)).slice(0, 20);
  if (list.code !== 0 || ids.length === 0) return null;
  const shown = await runProgram('loginctl', ['show-session', ...ids, '-p', 'Type', '-p', 'IdleHint'], { signal, ...LIMITS });
  const desktops = shown.stdout.toString().split(/\n\n+/).filter((s) => /^Type=(x11|wayland|mir)$/m.test(s));
  return desktops.length === 0 ? null : desktops.every((s) => /^IdleHint=yes$/m.test(s));
}

export function session(ask: (signal: AbortSignal) => Promise<boolean | null> = askLogind): Sign {
  const closing = new AbortController();
  let asked = -Infinity;
  let answer: boolean | null = null;
  let everIdle = false;
  let last: number | undefined;
  return {
    look(now) {
      if (now - asked >= EVERY_MS) {
        asked = now;
        void ask(closing.signal).then((idle) => { answer = idle; everIdle ||= idle === true; }, () => { answer = null; asked = now + 60_000; }); // not installed: hardly looked for
      }
      if (answer === null || !everIdle) return null;
      if (!answer) last = now;
      return last;
    },
    close: () => { closing.abort(); },
  };
}
