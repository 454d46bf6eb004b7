// Log lines of workers, for as long as somebody looks at them. Nothing is asked for otherwise, and nothing is kept on a disk.
const LOOKED_MS = 15_000;
const LINES = 500;

export function createLogs(now: () => number = Date.now) {
  const looked = new Map<string, { until: number; lines: string[] }>();
  const wanted = (id: string): boolean => (looked.get(id)?.until ?? 0) > now();
  return {
    wanted,
    /** Somebody looks: what is there already. The first look has nothing yet; the next report brings it. */
    look(id: string): string[] {
      if (!wanted(id)) looked.delete(id); // the worker sends its tail anew
      const lines = looked.get(id)?.lines ?? [];
      looked.set(id, { until: now() + LOOKED_MS, lines });
      return lines;
    },
    came(id: string, lines: string[]): void {
      const seen = looked.get(id);
      if (seen && wanted(id)) seen.lines = [...seen.lines, ...lines].slice(-LINES);
      else looked.delete(id);
    },
    forget: (id: string): void => void looked.delete(id),
  };
}
