// The calls between the house and a plugin-runner (birpc over frames.ts). What comes from the runner is `unknown` until it was checked: the plugin shares its process.
// Its data comes as JSON text, because a structured clone can hold what no reader is safe with (a list of 4 billion holes in 20 bytes).

export type Work = 'scan' | 'open' | 'watch';
export interface Abilities { open: boolean; watch: boolean; remove: boolean; migrate: boolean }
export interface Loading { /** Absolute path of the module. */ entry: string; kind: 'import-source' | 'tagger'; /** Unix socket of the way to its hosts; null when it asked for none. */ proxy: string | null }

/** What the house asks. `call` is a number that the house chose; `cancel` aborts the signal of that call. Streams are pulled: the plugin runs ahead by what one `next` holds. */
export interface RunnerApi {
  /** JSON of Abilities. */
  load(about: Loading): Promise<unknown>;
  ping(): Promise<boolean>;
  /** JSON of CheckResult. */
  check(call: number, config: Record<string, unknown>): Promise<unknown>;
  begin(call: number, work: Work, config: Record<string, unknown>, ref: string | null): Promise<boolean>;
  /** `{ bytes, done }`: JSON of a list of events, or a piece of a file. */
  next(call: number, max: number): Promise<unknown>;
  cancel(call: number): void;
  end(call: number): Promise<boolean>;
  remove(call: number, ref: string, config: Record<string, unknown>): Promise<boolean>;
  migrate(config: Record<string, unknown>, from: string): Promise<unknown>;
}
/** What a plugin may ask. Documents of its store go in pieces of at most `PIECE` bytes; a written one counts when its last piece is there. */
export interface HouseApi {
  log(line: string): void;
  storeKeys(): Promise<string[]>;
  storeRead(key: string, offset: number): Promise<{ bytes: Uint8Array; size: number } | null>;
  storeWrite(key: string, write: string, bytes: Uint8Array, last: boolean): Promise<boolean>;
  storeDelete(key: string): Promise<boolean>;
}
export const PIECE = 512 * 1024;
/** Events of one batch, and the milliseconds after which a smaller one goes, too. */
export const BATCH = 200;
export const BATCH_MS = 100;
/** Size of one batch of events, and of the largest single one. */
export const BATCH_BYTES = 256 * 1024;
export const EVENT_BYTES = 1_000_000;
export const CHUNK = 1024 * 1024;
