import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { Failure } from './failure.ts';

/** Everything a command touches besides the server; tests hand in their own. */
export interface Terminal {
  out: Writable;
  err: Writable;
  in: Readable & { isTTY?: boolean; setRawMode?: (on: boolean) => unknown };
  env: Record<string, string | undefined>;
  /** Where signs of progress may be painted over. */
  live: boolean;
  /** Ends long work early (Ctrl-C); what was done so far is still reported. */
  signal: AbortSignal;
}

export const print = (to: Terminal, line: string): void => void to.out.write(`${line}\n`);
export const note = (to: Terminal, line: string): void => void to.err.write(`${line}\n`);

/** Columns as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((r) => r[i]?.length ?? 0)));
  return rows.map((r) => r.map((cell, i) => (i === r.length - 1 ? cell : cell.padEnd(widths[i]! + 2))).join('')).join('\n');
}

export async function ask(t: Terminal, question: string): Promise<string> {
  const lines = createInterface({ input: t.in, output: t.in.isTTY ? t.err : undefined, terminal: false });
  try {
    if (t.in.isTTY) t.err.write(question);
    const { value } = await lines[Symbol.asyncIterator]().next();
    if (typeof value !== 'string' || value === '') throw new Failure('Nothing was typed.', 2);
    return value;
  } finally {
    lines.close();
  }
}

/** Typed at a terminal it is not shown; otherwise the first line of the input is taken. */
export async function askSecret(t: Terminal, question: string): Promise<string> {
  if (!t.in.isTTY || !t.in.setRawMode) return ask(t, question);
  t.err.write(question);
  t.in.setRawMode(true);
  t.in.resume();
  try {
    let typed = '';
    for await (const chunk of t.in.iterator({ destroyOnReturn: false })) {
      for (const key of String(chunk)) {
        if (key === '\r' || key === '\n' || key === '\u0004') return typed;
        if (key === '\u0003') throw new Failure('Stopped.', 130);
        typed = key === '\u007f' || key === '\b' ? [...typed].slice(0, -1).join('') : typed + key;
      }
    }
    return typed;
  } finally {
    t.in.setRawMode(false);
    t.in.pause();
    t.err.write('\n');
  }
}
