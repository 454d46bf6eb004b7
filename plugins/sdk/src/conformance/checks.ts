/** `failed`: one sentence for each promise that does not hold, `what: why`. */
export interface ConformanceReport { passed: string[]; failed: string[] }
export interface Checks {
  timeoutMs: number;
  /** Runs one check; an error, or no end in time, is its failure. Gives what it gave. */
  check<T>(what: string, work: () => Promise<T>): Promise<T | undefined>;
  end(): ConformanceReport;
}

export function report(timeoutMs: number): Checks {
  const passed: string[] = [], failed: string[] = [];
  return {
    timeoutMs,
    async check(what, work) {
      let timer: NodeJS.Timeout | undefined;
      try {
        const result = await Promise.race([work(), new Promise<never>((_, reject) => { timer = setTimeout(() => reject(new Error(`no end within ${timeoutMs / 1000} s`)), timeoutMs); })]);
        passed.push(what);
        return result;
      } catch (e) {
        failed.push(`${what}: ${e instanceof Error ? e.message : String(e)}`);
        return undefined;
      } finally { clearTimeout(timer); }
    },
    end: () => ({ passed, failed }),
  };
}
export function must(holds: unknown, why: string): asserts holds { if (!holds) throw new Error(why); }
