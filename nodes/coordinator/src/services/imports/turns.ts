/** Takes turns: at most `max` at once, and one per key. Who waits is told for whom. */
export function createTurns(max: number) {
  const inside = new Map<string, string>();
  let waiting: { key: string; go: () => void }[] = [];
  const next = (): void => {
    for (const w of [...waiting]) {
      if (inside.size >= max) return;
      if (inside.has(w.key)) continue;
      waiting = waiting.filter((x) => x !== w);
      w.go();
    }
  };
  return {
    /** The name of what stands in the way; undefined when the way is free. */
    before: (key: string): string | undefined => inside.get(key) ?? (inside.size >= max ? [...inside.values()][0] : undefined),
    /** Resolves with the function that ends the turn. Rejects when the signal is aborted while it waits. */
    take: (key: string, name: string, signal: AbortSignal): Promise<() => void> => new Promise((resolve, reject) => {
      const entry = { key, go: (): void => {
        signal.removeEventListener('abort', quit);
        inside.set(key, name);
        resolve(() => {
          inside.delete(key);
          next();
        });
      } };
      const quit = (): void => {
        waiting = waiting.filter((x) => x !== entry);
        reject(signal.reason as Error);
      };
      if (signal.aborted) { reject(signal.reason as Error); return; }
      signal.addEventListener('abort', quit, { once: true });
      waiting.push(entry);
      next();
    }),
  };
}
