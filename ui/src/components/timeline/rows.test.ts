import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dayOf, decodeLayout, type TimelineLayout } from '../../data/timeline-layout.ts';
import { buildRows, placeRow, plainRowOptions, rowAt, rowOfPhoto, rowOptions, type Rows } from './rows.ts';
import { scrollScale } from './scale.ts';

/** Newest first: consecutive days backwards from a date, with the given counts. */
function layoutOf(counts: number[], ratio: (i: number) => number): TimelineLayout {
  const days = new Uint32Array(counts.length), first = new Uint32Array(counts.length + 1);
  counts.forEach((n, d) => {
    const date = new Date(Date.UTC(2023, 4, 14) - d * 86_400_000 * 3);
    days[d] = date.getUTCFullYear() * 10000 + (date.getUTCMonth() + 1) * 100 + date.getUTCDate();
    first[d + 1] = first[d]! + n;
  });
  const total = first[counts.length]!;
  return { version: 1, total, days, first, ratios: Uint8Array.from({ length: total }, (_, i) => ratio(i)) };
}

const layouts = fc.tuple(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 40 }), fc.array(fc.integer({ min: 1, max: 255 }), { minLength: 7, maxLength: 7 }))
  .map(([counts, ratios]) => layoutOf(counts, (i) => ratios[(i * 31 + (i >> 3)) % 7]!));
const widths = fc.integer({ min: 320, max: 3000 });

const boxes = (layout: TimelineLayout, rows: Rows, r: number): { i: number; x: number; w: number; day: number; starts: boolean }[] => {
  const out: { i: number; x: number; w: number; day: number; starts: boolean }[] = [];
  placeRow(layout, rows, r, (i, x, w, day, starts) => out.push({ i, x, w, day, starts }));
  return out;
};

describe('rows', () => {
  test('an album: no room for headings, and the room above the first row is kept free', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 500 }), widths, fc.integer({ min: 0, max: 900 }), (n, width, top) => {
      const layout = layoutOf([n], (i) => 30 + (i * 37) % 120), rows = buildRows(layout, plainRowOptions(width, top));
      expect(rows.y[0]).toBe(top);
      for (let r = 1; r < rows.count; r++) expect(rows.y[r]).toBe(rows.y[r - 1]! + Math.round(rows.h[r - 1]!) + rows.options.gap);
      expect(rows.first[rows.count]).toBe(n);
    }));
  });
  test('every photo is in exactly one row, in order', () => {
    fc.assert(fc.property(layouts, widths, (layout, width) => {
      const rows = buildRows(layout, rowOptions(width));
      const seen: number[] = [];
      for (let r = 0; r < rows.count; r++) seen.push(...boxes(layout, rows, r).map((b) => b.i));
      expect(seen).toEqual(Array.from({ length: layout.total }, (_, i) => i));
    }));
  });

  test('full rows end at the right edge, others before it; boxes keep their gap and never overlap', () => {
    fc.assert(fc.property(layouts, widths, (layout, width) => {
      const rows = buildRows(layout, rowOptions(width));
      for (let r = 0; r < rows.count; r++) {
        const b = boxes(layout, rows, r), last = b.at(-1)!;
        if (rows.full[r]) expect(Math.abs(last.x + last.w - width)).toBeLessThanOrEqual(1);
        else expect(last.x + last.w).toBeLessThanOrEqual(width + 1);
        for (let k = 1; k < b.length; k++) {
          const gap = b[k]!.x - (b[k - 1]!.x + b[k - 1]!.w);
          const want = b[k]!.day === b[k - 1]!.day ? rows.options.gap : rows.options.groupGap;
          expect(Math.abs(gap - want)).toBeLessThanOrEqual(1);
        }
      }
    }));
  });

  test('rows do not overlap, leave room for headings, and months are never mixed', () => {
    fc.assert(fc.property(layouts, widths, (layout, width) => {
      const rows = buildRows(layout, rowOptions(width));
      for (let r = 0; r < rows.count; r++) {
        const end = rows.y[r]! + Math.round(rows.h[r]!);
        expect(rows.h[r]).toBeLessThanOrEqual(rows.options.height * 1.31);
        const b = boxes(layout, rows, r);
        const months = new Set(b.map((x) => Math.floor(layout.days[x.day]! / 100)));
        expect(months.size).toBe(1);
        // A day that began in an earlier row never shares a row with another one: its photos could be taken for the other day's.
        if (!b[0]!.starts) expect(new Set(b.map((x) => x.day)).size).toBe(1);
        if (r + 1 >= rows.count) continue;
        const next = boxes(layout, rows, r + 1)[0]!;
        expect(rows.y[r + 1]! - end).toBeGreaterThanOrEqual(rows.options.gap + (next.starts ? rows.options.dayHead : 0));
      }
      if (rows.count > 0) expect(rows.total).toBeGreaterThanOrEqual(rows.y[rows.count - 1]! + Math.round(rows.h[rows.count - 1]!));
    }));
  });

  test('a row is found by its height and by its photo', () => {
    fc.assert(fc.property(layouts.filter((l) => l.total > 0), widths, fc.double({ min: 0, max: 1, noNaN: true }), (layout, width, where) => {
      const rows = buildRows(layout, rowOptions(width));
      const y = where * rows.total, r = rowAt(rows, y);
      if (rows.y[0]! <= y) expect(rows.y[r]).toBeLessThanOrEqual(y);
      if (r + 1 < rows.count) expect(rows.y[r + 1]).toBeGreaterThan(y);
      const i = Math.min(layout.total - 1, Math.floor(where * layout.total)), q = rowOfPhoto(rows, i);
      expect(rows.first[q]).toBeLessThanOrEqual(i);
      expect(rows.first[q + 1]).toBeGreaterThan(i);
      const d = dayOf(layout, i);
      expect(layout.first[d]).toBeLessThanOrEqual(i);
      expect(layout.first[d + 1]).toBeGreaterThan(i);
    }));
  });

  test('heights that round differently in 32 bits still leave the full gap', () => {
    const ratios = [1, 171, 134, 166, 1, 91, 42, 1, 42, 1, 171, 134, 166, 1, 91, 42, 91, 42, 1, 171, 134, 166, 1, 91, 1, 91, 42, 1, 171];
    const rows = buildRows(layoutOf([ratios.length], (i) => ratios[i]!), rowOptions(569));
    for (let r = 0; r + 1 < rows.count; r++) expect(rows.y[r + 1]! - rows.y[r]! - Math.round(rows.h[r]!)).toBe(rows.options.gap);
  });

  test('a million photos', () => {
    const layout = layoutOf(Array.from({ length: 10_000 }, () => 100), (i) => [85, 48, 114][i % 3]!);
    const rows = buildRows(layout, rowOptions(1280));
    expect(rows.first[rows.count]).toBe(1_000_000);
    expect(rows.total).toBeGreaterThan(15e6);
  });
});

describe('scroll scaling', () => {
  test('small libraries are not scaled', () => {
    const s = scrollScale(1_000_000, 800);
    expect(s.content).toBe(1_000_000);
    expect(s.toVirtual(1234)).toBe(1234);
  });
  test('monotone, inverse, and the last screen is reachable exactly', () => {
    fc.assert(fc.property(fc.integer({ min: 15_000_001, max: 400_000_000 }), fc.integer({ min: 200, max: 3000 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (total, view, a, b) => {
      const s = scrollScale(total, view), most = s.content - view;
      expect(s.toVirtual(0)).toBe(0);
      expect(s.toVirtual(most)).toBeCloseTo(total - view, 2);
      const lo = Math.min(a, b) * most, hi = Math.max(a, b) * most;
      expect(s.toVirtual(lo)).toBeLessThanOrEqual(s.toVirtual(hi));
      expect(s.toScroll(s.toVirtual(lo))).toBeCloseTo(lo, 3);
    }));
  });
});

describe('decoding', () => {
  const wire = (version: number, days: [number, number][], ratios: number[], total = ratios.length): ArrayBuffer => {
    const buffer = new ArrayBuffer(16 + days.length * 8 + ratios.length), v = new DataView(buffer);
    [0x4d4e544c, version, total, days.length].forEach((x, i) => v.setUint32(i * 4, x, true));
    days.forEach(([d, n], i) => { v.setUint32(16 + i * 8, d, true); v.setUint32(20 + i * 8, n, true); });
    new Uint8Array(buffer, 16 + days.length * 8).set(ratios);
    return buffer;
  };
  test('what was encoded comes back', () => {
    const l = decodeLayout(wire(7, [[20230514, 2], [20230501, 1]], [85, 48, 255]));
    expect({ ...l, days: [...l.days], first: [...l.first], ratios: [...l.ratios] }).toEqual({ version: 7, total: 3, days: [20230514, 20230501], first: [0, 2, 3], ratios: [85, 48, 255] });
    expect(decodeLayout(wire(1, [], [])).total).toBe(0);
  });
  test.each([['another format', new ArrayBuffer(16)], ['too short', new ArrayBuffer(3)], ['cut', wire(1, [[20230514, 3]], [85, 48], 3)], ['contradiction', wire(1, [[20230514, 3]], [85, 48])]])('%s is refused', (_, buffer) => {
    expect(() => decodeLayout(buffer)).toThrow(/timeline/i);
  });
});
