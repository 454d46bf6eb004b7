import { expect, test } from 'vitest';
import type { TimelineLayout } from '../../data/timeline-layout.ts';
import { neighbour } from './keys.ts';
import { buildRows, rowOfPhoto, rowOptions } from './rows.ts';

const total = 100;
const layout: TimelineLayout = { version: 1, total, days: Uint32Array.of(20230514), first: Uint32Array.of(0, total), ratios: new Uint8Array(total).fill(85) };
const rows = buildRows(layout, rowOptions(1200));

test('left, right, home and end, and nothing beyond the edges', () => {
  expect(neighbour(layout, rows, 5, 'ArrowLeft')).toBe(4);
  expect(neighbour(layout, rows, 0, 'ArrowLeft')).toBe(-1);
  expect(neighbour(layout, rows, 99, 'ArrowRight')).toBe(-1);
  expect(neighbour(layout, rows, 50, 'Home')).toBe(0);
  expect(neighbour(layout, rows, 50, 'End')).toBe(99);
  expect(neighbour(layout, rows, 0, 'ArrowUp')).toBe(-1);
  expect(neighbour(layout, rows, 99, 'ArrowDown')).toBe(-1);
  expect(neighbour(layout, rows, 50, 'q')).toBe(-1);
});

test('down and up lead to the neighbouring row and back to the same photo in an even grid', () => {
  for (let i = 0; i < 60; i++) {
    const down = neighbour(layout, rows, i, 'ArrowDown');
    expect(rowOfPhoto(rows, down)).toBe(rowOfPhoto(rows, i) + 1);
    expect(neighbour(layout, rows, down, 'ArrowUp')).toBe(i);
  }
});
