// What a worker that behaves as none of ours does gets: its key is worth nothing for a while, which also closes what it has open.
const SHUT_OUT_MS = 10 * 60_000;

export interface ShutOutDeps { bar: (id: string, on: boolean) => Promise<void>; isLocal: (id: string) => boolean; background: (what: string, work: Promise<unknown>) => void; onChange: () => void; log: { warn(fields: object, text: string): void }; now?: () => number }

export function createShutOut({ bar, isLocal, background, onChange, log, now = Date.now }: ShutOutDeps) {
  const until = new Map<string, { at: number; timer: NodeJS.Timeout }>();
  const end = (id: string): void => {
    clearTimeout(until.get(id)?.timer);
    if (!until.delete(id)) return;
    background('letting a worker in again', bar(id, false));
    onChange();
  };
  return {
    /** The house's own worker stays: who can take it over has this machine anyway. */
    start(id: string, why: object): void {
      if (isLocal(id) || until.has(id)) return;
      log.warn({ worker: id, ...why }, 'a worker is shut out for a while');
      until.set(id, { at: now() + SHUT_OUT_MS, timer: setTimeout(() => end(id), SHUT_OUT_MS).unref() });
      background('shutting a worker out', bar(id, true));
      onChange();
    },
    until: (id: string): number => until.get(id)?.at ?? 0,
    /** It is not let in any more; if it is again, it is a new worker. */
    forget: end,
    stop: (): void => { for (const u of until.values()) clearTimeout(u.timer); },
  };
}
