import { bytes, count, duration } from '../format.ts';
import type { Terminal } from '../terminal.ts';

/** One line that is painted over, at most five times a second, and only where a person looks at it. */
export interface Progress { step(size: number): void; say(text: string): void; end(): void }

export function createProgress(terminal: Terminal, total: { files: number; bytes: number }, now: () => number = Date.now): Progress {
  const start = now();
  let files = 0;
  let sent = 0;
  let painted = 0;
  const paint = (text: string): void => { if (terminal.live) terminal.err.write(`\r\u001b[K${text}`); };
  return {
    step(size) {
      files++;
      sent += size;
      const t = now();
      if (t - painted < 200 && files < total.files) return;
      painted = t;
      const seconds = Math.max(0.001, (t - start) / 1000);
      // Bytes tell the time left better than files do: a video is worth a thousand pictures.
      const share = total.bytes > 0 ? sent / total.bytes : files / total.files;
      const left = share > 0 ? ` · ${duration((seconds / share) * (1 - share))} left` : '';
      paint(`${count(files)} of ${count(total.files)} · ${(files / seconds).toFixed(1)}/s · ${bytes(sent / seconds)}/s${left}`);
    },
    say: paint,
    end: () => paint(''),
  };
}
