import type { TimelineLayout } from './timeline-layout.ts';
import type { Asset, TimelineView } from './types.ts';

/** One photo of a list, as a window delivers it. `time`: local wall clock as if UTC, seconds. `duration`: seconds. */
export interface PhotoRow { id: string; fileId: string; version: string; thumbhash: string; flags: number; time: number; duration: number }

/**
 * What the grid and the viewer show: a view of the timeline, or an album.
 * Events: `layout` (new rows must be built; `detail.index` is where the anchor photo lies now), `rows` (facts arrived or changed), `error`.
 */
export interface PhotoList extends EventTarget {
  readonly view: TimelineView | 'album';
  readonly layout: TimelineLayout | null;
  readonly error: unknown;
  /** Kept between visits of the page: what was at the top of the screen. */
  place: { index: number; offset: number } | null;
  /** The grid says which photo must stay where it is when the layout changes; -1: stay at the top. */
  set anchor(fn: () => number);
  /** Load and follow; the returned function leaves. */
  subscribe(): () => void;
  rowAt(index: number): PhotoRow | undefined;
  /** Photos `from`…`to` are on the screen: load them. */
  want(from: number, to: number): void;
  /** Facts of one photo, loaded when necessary. */
  ensure(index: number): Promise<PhotoRow | undefined>;
  /** Where a loaded photo lies, searching outwards from `near`; -1 when it is not among the loaded ones. */
  indexOf(id: string, near?: number): number;
  /** Where any photo lies; -1 when it is not part of the list. */
  locate(asset: Pick<Asset, 'id' | 'takenAtLocal'>): Promise<number>;
  /** Change the flags of loaded photos at once; the server's answer follows by the live events. */
  patch(ids: ReadonlySet<string>, set: number, clear: number): void;
  refresh(): Promise<void>;
}
