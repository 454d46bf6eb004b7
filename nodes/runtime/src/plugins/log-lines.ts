const LINE = 2000, BURST = 1000, PER_SECOND = 200;
/** Nothing that a terminal or a log reader would act upon. */
export const printable = (text: string): string => text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/g, ' ');

/** Lines of a plugin on their way to its log: at most 200 a second (1,000 at once) of at most 2,000 characters. What is over is counted and said. */
export function boundedLog(log: (line: string) => void, now: () => number = Date.now) {
  let left = BURST, filled = now(), dropped = 0;
  const refill = (): void => {
    const t = now();
    left = Math.min(BURST, left + ((t - filled) / 1000) * PER_SECOND);
    filled = t;
  };
  const line = (text: string): void => {
    refill();
    if (left < 1) {
      dropped++;
      return;
    }
    if (dropped) {
      log(`(${dropped} more lines were left out)`);
      dropped = 0;
    }
    left--;
    log(printable(text.length > LINE ? `${text.slice(0, LINE)}…` : text));
  };
  return {
    line,
    /** For what it writes to stdout or stderr: in pieces as they come; lets it wait while it says too much. */
    stream(from: NodeJS.ReadableStream): void {
      let rest = '';
      from.setEncoding('utf8');
      from.on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop()!.slice(-LINE);
        for (const l of lines.slice(0, BURST)) if (l.trim()) line(l);
        if (left >= 1) return;
        dropped += Math.max(0, lines.length - BURST);
        from.pause();
        setTimeout(() => from.resume(), 100).unref();
      });
      from.on('end', () => { if (rest.trim()) line(rest); });
      from.on('error', () => undefined);
    },
  };
}
