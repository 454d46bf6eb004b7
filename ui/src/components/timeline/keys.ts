import type { TimelineLayout } from '../../data/timeline-layout.ts';
import { placeRow, rowOfPhoto, type Rows } from './rows.ts';

/** Which photo an arrow, Home or End leads to; -1 for other keys and at the edges. Up and down go to the photo that lies nearest in the next row. */
export function neighbour(layout: TimelineLayout, rows: Rows, index: number, key: string): number {
  if (key === 'ArrowLeft') return index - 1;
  if (key === 'ArrowRight') return index + 1 < layout.total ? index + 1 : -1;
  if (key === 'Home') return 0;
  if (key === 'End') return layout.total - 1;
  if (key !== 'ArrowUp' && key !== 'ArrowDown') return -1;
  const r = rowOfPhoto(rows, index), target = key === 'ArrowUp' ? r - 1 : r + 1;
  if (target < 0 || target >= rows.count) return -1;
  let centre = 0;
  placeRow(layout, rows, r, (i, x, w) => { if (i === index) centre = x + w / 2; });
  let best = -1, distance = Infinity;
  placeRow(layout, rows, target, (i, x, w) => {
    const d = Math.abs(x + w / 2 - centre);
    if (d < distance) { distance = d; best = i; }
  });
  return best;
}
