// The last lines of this process's log, for an admin who looks at it from the coordinator.
const LINES = 500;
const LENGTH = 2000;

export interface LogTail { write(line: string): void; /** Lines after the `from`th that was ever written (at most `max`, the newest), and the number to ask from next time. */ since(from: number, max: number): { lines: string[]; next: number } }

/** Takes what pino writes; secrets are out of it by then. */
export function logTail(): LogTail {
  let lines: string[] = [];
  let written = 0;
  return {
    write(line) {
      lines.push(line.trimEnd().slice(0, LENGTH));
      written++;
      if (lines.length > 2 * LINES) lines = lines.slice(-LINES);
    },
    since(from, max) {
      const wanted = Math.min(Math.max(0, written - from), max, lines.length, LINES);
      return { lines: wanted ? lines.slice(-wanted) : [], next: written };
    },
  };
}
