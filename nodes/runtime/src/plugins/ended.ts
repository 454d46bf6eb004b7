import { printable } from './log-lines.ts';

/** An error of a program that got no more memory. */
export const MEMORY = /heap out of memory|invalid array length allocation|Array buffer allocation failed|bad_alloc|ENOMEM|Cannot allocate memory/i;

export const needed = (memoryMb: number): string => `It needed more memory than the ${memoryMb} MB that it may use.`;

/** Why a plugin process is gone, in words. Under bubblewrap a signal arrives as 128 + its number. */
export function endedBecause(code: number | null, signal: NodeJS.Signals | null, stderr: string, memoryMb: number): string {
  if (MEMORY.test(stderr) || code === 134 || signal === 'SIGABRT') return needed(memoryMb);
  if (signal === 'SIGKILL' || code === 137) return 'It was ended by the system; perhaps the memory of this machine ran out.';
  if (signal !== null || (code !== null && code > 128)) return `It crashed (${signal ?? `signal ${code! - 128}`}).`;
  const words = stderr.split('\n').map((l) => l.trim()).filter((l) => /^(\w*Error\b|bwrap:|error:)/i.test(l)).at(-1);
  return `It ended by itself (code ${code})${words ? `: ${printable(words.slice(0, 300))}` : '.'}`;
}
