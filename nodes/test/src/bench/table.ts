import type { Row } from './row.ts';

/** Three figures that mean something: 0.043, 1.25, 12.3, 123, 12345. */
export const figure = (n: number): string => (n === 0 ? '0' : Math.abs(n) >= 100 ? n.toFixed(0) : Math.abs(n) >= 10 ? n.toFixed(1) : Math.abs(n) >= 1 ? n.toFixed(2) : n.toPrecision(2));

const HEAD = ['', 'name', 'value', 'unit', 'limit', 'ratio', 'note'];
const RIGHT = new Set([2, 4, 5]);

/** Aligned columns: numbers to the right, words to the left, the note last and unpadded. */
export function table(rows: readonly Row[]): string {
  const cells = [HEAD, ...rows.map((r) => [r.ok ? 'ok' : 'MISS', r.name, figure(r.value), r.unit, r.limit === null ? '-' : figure(r.limit), r.ratio === null ? '-' : r.ratio.toFixed(2), r.note])];
  const widths = HEAD.map((_, i) => Math.max(...cells.map((c) => c[i]!.length)));
  return cells.map((c) => c.map((text, i) => (i === c.length - 1 ? text : RIGHT.has(i) ? text.padStart(widths[i]!) : text.padEnd(widths[i]!))).join('  ').trimEnd()).join('\n');
}
