import { lastAtMost, type TimelineLayout } from '../../data/timeline-layout.ts';

/*
 * The exact justified layout of a whole library: every row of a million photos in some tens of milliseconds, so that nothing ever jumps.
 * A long day is packed into rows of its own; short days of one month share a row, each under its own heading.
 */
/** `top`: room above the first row, for what stands over the photos of an album. */
export interface RowOptions { width: number; height: number; gap: number; groupGap: number; dayHead: number; monthHead: number; share: boolean; top: number }

/** Row `r` holds the photos first[r] … first[r+1]-1, at y[r], h[r] high; `full` rows fill the width exactly. `monthKey/monthY/monthFirst` feed the scrubber. */
export interface Rows { count: number; total: number; y: Float64Array; first: Uint32Array; h: Float32Array; full: Uint8Array; monthKey: number[]; monthY: number[]; monthFirst: number[]; options: RowOptions }

/** `text` is how much larger than usual the reader has set the text: headings need that much more room. */
export function rowOptions(width: number, text = 1): RowOptions {
  const phone = width < 600;
  return { width, height: phone ? 110 : 220, gap: phone ? 2 : 4, groupGap: 20, dayHead: Math.round(36 * text), monthHead: Math.round((phone ? 48 : 60) * text), share: !phone, top: 0 };
}
/** Rows without headings: an album's. */
export const plainRowOptions = (width: number, top: number): RowOptions => ({ ...rowOptions(width), dayHead: 0, monthHead: 0, share: false, top });

/** Extremely long or high pictures are cropped in the grid, so that a heading fits over each and no row becomes a thread. */
const MIN_RATIO = 0.45, MAX_RATIO = 3;
export const ratioOf = (layout: TimelineLayout, i: number): number => Math.min(MAX_RATIO, Math.max(MIN_RATIO, layout.ratios[i]! / 64));
const SHRINK = 0.84; // a day may join a row when that makes the row at most this much lower
const GROW = 1.3; // a row that is nearly full is stretched at most this much
const LOWEST = 0.72; // below this a row is broken before its last photo instead of after it

class Builder {
  y = new Float64Array(1 << 10); first = new Uint32Array(1 << 10); h = new Float32Array(1 << 10); full = new Uint8Array(1 << 10);
  count = 0;
  at = 0;
  #gap: number;
  constructor(gap: number) { this.#gap = gap; }
  push(first: number, height: number, full: boolean): void {
    if (this.count === this.y.length - 1) this.#grow();
    this.y[this.count] = this.at;
    this.first[this.count] = first;
    this.h[this.count] = height;
    this.full[this.count] = full ? 1 : 0;
    // The stored (32 bit) height, which is what tiles are drawn with: the exact one may round to another pixel.
    this.at += Math.round(this.h[this.count]!) + this.#gap;
    this.count++;
  }
  #grow(): void {
    const grown = <A extends Float64Array | Uint32Array | Float32Array | Uint8Array>(old: A, next: A): A => { next.set(old); return next; };
    const n = this.y.length * 2;
    this.y = grown(this.y, new Float64Array(n));
    this.first = grown(this.first, new Uint32Array(n));
    this.h = grown(this.h, new Float32Array(n));
    this.full = grown(this.full, new Uint8Array(n));
  }
}

export function buildRows(layout: TimelineLayout, options: RowOptions): Rows {
  const { width: W, height: H, gap, groupGap, dayHead, monthHead, share, top } = options;
  const out = new Builder(gap);
  out.at = top;
  const monthKey: number[] = [], monthY: number[] = [], monthFirst: number[] = [];
  // The open row of short days: its first photo, the sum of ratios, and the width that gaps take.
  let open = -1, sum = 0, gaps = 0;
  const close = (): void => {
    if (open < 0) return;
    const fill = (W - gaps) / sum;
    const full = fill <= H * GROW;
    out.push(open, full ? fill : H, full);
    open = -1;
  };
  const days = layout.days.length;
  for (let d = 0; d < days; d++) {
    const from = layout.first[d]!, to = layout.first[d + 1]!;
    if (from === to) continue;
    const month = Math.floor(layout.days[d]! / 100);
    if (monthKey.at(-1) !== month) {
      close();
      monthKey.push(month);
      monthY.push(out.at);
      monthFirst.push(from);
      out.at += monthHead;
    }
    let s = 0, short = true;
    for (let i = from; i < to; i++) {
      s += ratioOf(layout, i);
      if (s * H + gap * (i - from) >= W * GROW) { short = false; break; }
    }
    const inner = gap * (to - from - 1);
    if (short && open >= 0 && (W - gaps - groupGap - inner) / (sum + s) >= H * SHRINK) {
      sum += s;
      gaps += groupGap + inner;
      continue;
    }
    close();
    out.at += dayHead;
    if (short && share && s * H + inner < W) {
      open = from; sum = s; gaps = inner;
      continue;
    }
    packDay(layout, from, to, options, out);
  }
  close();
  out.first[out.count] = layout.total;
  return { count: out.count, total: out.at, y: out.y, first: out.first, h: out.h, full: out.full, monthKey, monthY, monthFirst, options };
}

function packDay(layout: TimelineLayout, from: number, to: number, { width: W, height: H, gap }: RowOptions, out: Builder): void {
  let f = from, s = 0;
  for (let i = from; i < to; i++) {
    const r = ratioOf(layout, i);
    const room = W - gap * (i - f);
    if ((s + r) * H < room) { s += r; continue; }
    const without = (room + gap) / s;
    if (i > f && room / (s + r) < H * LOWEST && without <= H * GROW) {
      out.push(f, without, true);
      f = i;
      s = 0;
      if (r * H < W) { s = r; continue; }
      out.push(f, W / r, true);
    } else out.push(f, room / (s + r), true);
    f = i + 1;
    s = 0;
  }
  if (f >= to) return;
  const fill = (W - gap * (to - f - 1)) / s;
  // The rest of a day is as high as the row above it: a single last photo must not look like the most important one.
  const rest = f > from ? Math.min(H, out.h[out.count - 1]!) : H;
  out.push(f, fill <= H * GROW ? fill : rest, fill <= H * GROW);
}

export const rowAt = (rows: Rows, y: number): number => lastAtMost(rows.y, rows.count, y);
export const rowOfPhoto = (rows: Rows, index: number): number => lastAtMost(rows.first, rows.count, index);

/** Calls `place` for each photo of a row with whole-pixel edges, and says where a new day begins. */
export function placeRow(layout: TimelineLayout, rows: Rows, r: number, place: (index: number, x: number, width: number, day: number, startsDay: boolean) => void): void {
  const h = rows.h[r]!, end = rows.first[r + 1]!, { gap, groupGap } = rows.options;
  let day = lastAtMost(layout.first, layout.days.length, rows.first[r]!);
  let x = 0;
  for (let i = rows.first[r]!; i < end; i++) {
    if (i >= layout.first[day + 1]!) {
      while (i >= layout.first[day + 1]!) day++;
      x += groupGap - gap;
    }
    const w = ratioOf(layout, i) * h;
    const left = Math.round(x);
    place(i, left, Math.max(1, Math.round(x + w) - left), day, i === layout.first[day]);
    x += w + gap;
  }
}
