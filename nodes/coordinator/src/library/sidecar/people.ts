import type { Region } from '@mantel/contracts/models/asset.ts';
import type { NamedRegion } from '../facts/facts.ts';

/** The picture that regions belong to: its displayed size, and how it must be turned for that (EXIF Orientation). */
export interface Picture { width: number | null; height: number | null; orientation: number | null }
interface Said { people?: NamedRegion[]; measured?: { width: number; height: number } | null }

/** From the stored picture to the displayed one, by EXIF orientation; `x` and `y` are the left upper corner. */
const TURNS: Record<number, (r: Region) => Region> = {
  1: (r) => r,
  2: ({ x, y, w, h }) => ({ x: 1 - x - w, y, w, h }),
  3: ({ x, y, w, h }) => ({ x: 1 - x - w, y: 1 - y - h, w, h }),
  4: ({ x, y, w, h }) => ({ x, y: 1 - y - h, w, h }),
  5: ({ x, y, w, h }) => ({ x: y, y: x, w: h, h: w }),
  6: ({ x, y, w, h }) => ({ x: 1 - y - h, y: x, w: h, h: w }),
  7: ({ x, y, w, h }) => ({ x: 1 - y - h, y: 1 - x - w, w: h, h: w }),
  8: ({ x, y, w, h }) => ({ x: y, y: 1 - x - w, w: h, h: w }),
};
const BACK: Record<number, number> = { 6: 8, 8: 6 }; // all others undo themselves

const six = (n: number): number => Number(n.toFixed(6)); // a millionth of a picture
const bounded = ({ x, y, w, h }: Region): Region => {
  const [left, top] = [Math.min(1, Math.max(0, x)), Math.min(1, Math.max(0, y))];
  return { x: six(left), y: six(top), w: six(Math.min(1 - left, w)), h: six(Math.min(1 - top, h)) };
};
const turned = (people: NamedRegion[], orientation: number): NamedRegion[] => people.map((p) => ({ name: p.name, region: p.region && bounded((TURNS[orientation] ?? TURNS[1]!)(p.region)) }));

/** People as a sidecar has them, in the displayed picture. What was measured on a picture that lies as the displayed one does is not turned: some programs do so. */
export function displayed(said: Said, picture: Picture): NamedRegion[] {
  const people = said.people ?? [];
  const orientation = picture.orientation ?? 1;
  const { measured } = said;
  const wide = picture.width !== null && picture.height !== null && picture.width !== picture.height ? picture.width > picture.height : null;
  const upright = orientation >= 5 && measured && wide !== null && measured.width !== measured.height && measured.width > measured.height === wide;
  return turned(people, upright ? 1 : orientation);
}
/** The way back: how other programs expect them. */
export const stored = (people: NamedRegion[], { orientation }: Picture): NamedRegion[] => turned(people, BACK[orientation ?? 1] ?? orientation ?? 1);
/** Size of the stored picture. */
export function storedSize({ width, height, orientation }: Picture): { width: number; height: number } | null {
  if (width === null || height === null) return null;
  return (orientation ?? 1) >= 5 ? { width: height, height: width } : { width, height };
}
