import { Type, type Static } from 'typebox';
import { Id } from './common.ts';

/** Which photos: all that I show, my favourites, my archive, or the trash. */
export const TimelineView = Type.Union([Type.Literal('photos'), Type.Literal('favourites'), Type.Literal('archive'), Type.Literal('trash')]);
export type TimelineView = Static<typeof TimelineView>;

export const MonthCount = Type.Object({ month: Type.Integer({ description: 'yyyymm' }), count: Type.Integer() });

/**
 * The whole timeline in about one byte per photo, newest first. Binary on the wire (application/octet-stream), little endian:
 * u32 0x4d4e544c ("MNTL"), u32 version, u32 total, u32 days, then per day u32 yyyymmdd + u32 count, then one byte per photo:
 * displayed aspect ratio (width / height) × 64, clamped to 1…255.
 */
export const LAYOUT_MAGIC = 0x4d4e544c;

/** Rows of one window, newest first, as columns. `ids[i]` is the asset, `files[i]` its main file; `flags`: 1 video, 2 favourite, 4 preview waiting, 8 preview failed, 16 moves when asked (live photo), 32 has a RAW, 64 a part is missing, 128 too large to be shown, 256 encrypted, 512 empty. */
export const TimelineWindow = Type.Object({
  version: Type.Integer({ description: 'Timeline version; another one than that of your layout means: fetch the layout again.' }),
  ids: Type.Array(Id), files: Type.Array(Id), versions: Type.Array(Type.String()), thumbhashes: Type.Array(Type.String({ description: 'base64, or empty' })),
  flags: Type.Array(Type.Integer()), times: Type.Array(Type.Integer({ description: 'Local wall clock as if UTC, seconds.' })), durations: Type.Array(Type.Integer({ description: 'Seconds; 0 for pictures.' })),
});
export type TimelineWindow = Static<typeof TimelineWindow>;
export const FLAG = { video: 1, favourite: 2, waiting: 4, failed: 8, live: 16, raw: 32, truncated: 64, tooLarge: 128, encrypted: 256, empty: 512 } as const;
