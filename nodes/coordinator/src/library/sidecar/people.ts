import type { NamedRegion } from '../facts/facts.ts';
import { inside, turn, turnedAlready } from '../facts/regions.ts';

/** The picture that regions belong to: its displayed size, and how it must be turned for that (EXIF Orientation). */
export interface Picture { width: number | null; height: number | null; orientation: number | null }
interface Said { people?: NamedRegion[]; measured?: { width: number; height: number } | null }

const BACK: Record<number, number> = { 6: 8, 8: 6 }; // all others undo themselves

/** People as a sidecar has them, in the displayed picture. What was measured on a picture that lies as the displayed one does is not turned: some programs do so. */
export function displayed({ people = [], measured }: Said, { width, height, orientation }: Picture): NamedRegion[] {
  const already = turnedAlready(measured ? { w: measured.width, h: measured.height } : null, width === null || height === null ? null : { width, height }, orientation ?? 1);
  return people.map(({ name, region }) => ({ name, region: region && inside(already ? region : turn(region, orientation ?? 1)) }));
}
/** The way back: how other programs expect them. */
export const stored = (people: NamedRegion[], { orientation }: Picture): NamedRegion[] => people.map(({ name, region }) => ({ name, region: region && inside(turn(region, BACK[orientation ?? 1] ?? orientation ?? 1)) }));
/** Size of the stored picture. */
export function storedSize({ width, height, orientation }: Picture): { width: number; height: number } | null {
  if (width === null || height === null) return null;
  return (orientation ?? 1) >= 5 ? { width: height, height: width } : { width, height };
}
