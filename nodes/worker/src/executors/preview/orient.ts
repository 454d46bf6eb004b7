import type { Sharp } from 'sharp';

const TURNS: Record<number, { angle: number; mirror: boolean }> = {
  2: { angle: 0, mirror: true }, 3: { angle: 180, mirror: false }, 4: { angle: 180, mirror: true },
  5: { angle: 270, mirror: true }, 6: { angle: 90, mirror: false }, 7: { angle: 90, mirror: true }, 8: { angle: 270, mirror: false },
};

/** EXIF orientations 5 to 8 exchange width and height. */
export const sideways = (orientation: number): boolean => orientation >= 5 && orientation <= 8;

/** Turns pixels upright as EXIF orientation 1 to 8 asks, for pictures whose orientation stands somewhere else than in themselves. */
export function upright(picture: Sharp, orientation: number): Sharp {
  const turn = TURNS[orientation];
  if (!turn) return picture;
  const turned = turn.angle === 0 ? picture : picture.rotate(turn.angle);
  return turn.mirror ? turned.flop() : turned;
}
