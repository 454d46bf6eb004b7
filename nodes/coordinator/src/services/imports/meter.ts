/** How fast items were done over the last half minute. */
const WINDOW_MS = 30_000;
const STEP_MS = 1000;

export function createMeter(now: () => number = Date.now) {
  let points: { at: number; n: number }[] = [];
  let begun = now();
  return {
    reset(): void { points = []; begun = now(); },
    done(n = 1): void {
      const at = now();
      const last = points.at(-1);
      if (last && at - last.at < STEP_MS) last.n += n;
      else points.push({ at, n });
      while (points[0] && points[0].at < at - WINDOW_MS) points.shift();
    },
    /** Null before there is anything to say. */
    perSecond(): number | null {
      const at = now();
      const span = Math.min(WINDOW_MS, at - begun);
      const n = points.filter((p) => p.at >= at - WINDOW_MS).reduce((sum, p) => sum + p.n, 0);
      return span < STEP_MS || (n === 0 && span < WINDOW_MS) ? null : Math.round((n * 10_000) / span) / 10;
    },
  };
}
export type Meter = ReturnType<typeof createMeter>;
