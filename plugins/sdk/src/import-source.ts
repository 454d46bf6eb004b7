// The contract of a plugin that brings photos in. It finds and describes; the house reads, hashes, dedupes, decides dates, writes and reports.

/**
 * Where the bytes of a file lie, so that the house reads them itself, which is much faster than handing them through `open`. `path`: a file that the plugin was granted; from byte `start`, `length` bytes as they are stored there;
 * `deflate`: raw deflate, as in a zip.
 */
export interface Span { path: string; start: number; length: number; method: 'stored' | 'deflate' }

/**
 * One entry of the source. `part`: the archive that it lies in, by its file name; null in a plain folder. `path`: inside the part, or relative to the folder, with `/`. `bytes`: unpacked; null when not known before reading.
 * `here`: false for an entry that the plugin remembers (see `Store`) but whose bytes are no longer there. `span`, or else `ref`: what `open` is asked for. `crc32`: 8 hex digits. `modifiedAt`: ms since 1970.
 */
export interface SourceCopy { part: string | null; path: string; bytes: number | null; here: boolean; span?: Span; ref?: string; crc32?: string; modifiedAt?: number }
/** One file of a photo. `name`: what it was called where it was taken. `copies`: all entries that are this file, the one to keep first. One with other bytes is the same picture written anew: it is accounted for, not kept. `sidecar`: the XMP that lies beside it (at most 5 MB); what it says goes before the hints. */
export interface SourceFile { role: 'original' | 'live' | 'edited' | 'raw'; name: string; copies: [SourceCopy, ...SourceCopy[]]; sidecar?: SourceCopy }

/**
 * What the source knows about a photo; leave out what it does not. It goes before what the file says of itself and after what people changed in Mantel.
 * `takenAt`: UTC, ms since 1970; with `takenAtMinute` only known to the minute, so that the file's own seconds hold. `takenAtLocal`: a wall clock as exact as it is known (`2019`, `2019-08`, `2019-08-12`, `2019-08-12T10:11:12`); weaker than a date in the file. `gps` null: there is none, whatever the file says.
 * `trashed`: goes to the trash. `locked`: goes to the owner's locked library. `partner`: another person's photo that was shared with the owner.
 */
export interface SourceHints {
  takenAt?: number; takenAtMinute?: boolean; takenAtLocal?: string; offsetMinutes?: number; gps?: { lat: number; lon: number; altitude?: number } | null; title?: string; description?: string; rating?: number; tags?: string[]; people?: string[];
  favourite?: boolean; archived?: boolean; trashed?: boolean; locked?: boolean; partner?: boolean; folder?: string;
}
/** A photo or video. `id`: the same in every scan, also when more parts are there. `albums`: ids of albums that the same scan names. `alone`: the source knows that this is a photo of its own, whatever others are called alike. */
export interface SourceItem { id: string; files: [SourceFile, ...SourceFile[]]; hints: SourceHints; albums: string[]; alone?: boolean }
/** `optional`: made only when the person asks for it. Albums with equal titles stay different albums. */
export interface SourceAlbum { id: string; title: string; description?: string; optional?: boolean; place?: { lat: number; lon: number } }

export type EntryReason =
  | 'metadata' | 'album-metadata'
  | 'other-product' | 'not-a-photo' | 'link' | 'system-file' | 'thumbnail' | 'unwanted' | 'nested-archive' | 'same-entry'
  | 'sidecar-without-media' | 'corrupt-metadata' | 'too-large' | 'unsafe-path' | 'damaged' | 'damaged-part' | 'encrypted' | 'empty' | 'unreadable';
/** An entry that is no file of an item. Every entry of the source is either a copy of a file of an item or one of these: the report must account for all of them. `detail`: for people. `of`: items that it tells something about. */
export interface SourceEntry { part: string | null; path: string; bytes: number | null; outcome: 'metadata' | 'ignored' | 'problem'; reason: EntryReason; detail?: string; of?: string[] }

export type ScanEvent =
  | { type: 'item'; item: SourceItem } | { type: 'album'; album: SourceAlbum } | { type: 'entry'; entry: SourceEntry }
  | { type: 'progress'; done: number; total: number | null; what?: string };

/** `collection`: what the entries are a part of (one export, one card), the same for every part of it. Runs of one collection share what was learnt: the store, and which entry became which photo. Without it, each configured source is one. */
export interface CheckResult { ok: boolean; summary?: string; collection?: string; problems: { field?: string; message: string }[] }

/** A few documents that outlive the run, kept by the house per collection: what a later part needs to know of the earlier ones. At most 512 MB together. */
export interface Store {
  get(key: string): Promise<Uint8Array | null>;
  set(key: string, value: Uint8Array): Promise<void>;
  delete(key: string): Promise<void>;
  keys(): Promise<string[]>;
}

export interface SourceContext {
  /** Aborted when the person cancels, and when the plugin shall end. */
  signal: AbortSignal;
  /** Goes to the plugin's log in Admin → Plugins. */
  log: (message: string) => void;
  store: Store;
  /** `fetch` for the hosts of the manifest; everything else is refused. The plugin has no other network. */
  fetch: (url: string, init?: { method?: string; headers?: Record<string, string>; body?: string | Uint8Array; signal?: AbortSignal }) => Promise<Response>;
}

export interface ImportSource<Config = Record<string, unknown>> {
  /** Before anything is saved: is the configuration good? Look, don't import; be back within a minute. */
  check(config: Config, ctx: SourceContext): Promise<CheckResult>;
  /** Everything that is there, in an order in which it can be read well. Called again after a stop: the same ids must come out. The house pulls; nothing runs ahead of it by more than a batch. */
  scan(config: Config, ctx: SourceContext): AsyncIterable<ScanEvent>;
  /** The bytes of an entry without `span`. Asked in the order of the scan, about 16 at a time. While it takes longer than a minute to get to them, yield empty pieces now and then: they show that it goes on. */
  open?(ref: string, config: Config, ctx: SourceContext): AsyncIterable<Uint8Array>;
  /** Yields whenever a new scan is worth it. */
  watch?(config: Config, ctx: SourceContext): AsyncIterable<void>;
  /** A configuration of an older version of this plugin, as this one wants it. */
  migrate?(config: Record<string, unknown>, from: string): Promise<Config> | Config;
  /** In mode `move`, after the copy was verified: take the entry away. Without it, that mode is not offered. */
  remove?(ref: string, config: Config, ctx: SourceContext): Promise<void>;
}

/** The default export of a plugin of kind `import-source`. */
export const defineImportSource = <C>(source: ImportSource<C>): ImportSource<C> => source;
