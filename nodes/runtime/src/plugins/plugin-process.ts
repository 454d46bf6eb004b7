import type { Isolation, Manifest } from '@mantel/contracts/models/plugin.ts';
import type { CheckResult, ScanEvent } from '@mantel/contracts/models/source.ts';

/** What a plugin process may touch. `read`: absolute paths of files and folders, seen inside under the same names, read-only. `write`: only for sources that remove what was verified. `store`: the folder of its collection's documents; the host reads and writes it, the plugin asks. */
export interface Grants { read: string[]; write: string[]; store: string; /** Not seen although it lies below what was granted (the state folder, another's library); only behind bubblewrap. */ hide?: string[] }
export interface PluginOptions {
  folder: string; manifest: Manifest; grants: Grants;
  log: (line: string) => void;
  /** Ended although nobody asked it to: the reason in words (crashed, too much memory, did not answer). */
  onEnd?: (why: string) => void;
}
export interface PluginProcess {
  isolation: Isolation;
  pid: number;
  check(config: Record<string, unknown>, signal: AbortSignal): Promise<CheckResult>;
  /** Batches of checked events; pulled. Throws `plugin_failed` when the plugin throws, answers nonsense, floods or ends. */
  scan(config: Record<string, unknown>, signal: AbortSignal): AsyncIterable<ScanEvent[]>;
  /** Pulled, in chunks of at most 1 MB. */
  open(ref: string, config: Record<string, unknown>, signal: AbortSignal): AsyncIterable<Buffer>;
  remove(ref: string, config: Record<string, unknown>): Promise<void>;
  watch(config: Record<string, unknown>, signal: AbortSignal): AsyncIterable<void>;
  migrate(config: Record<string, unknown>, from: string): Promise<Record<string, unknown>>;
  /** Which optional parts it has. */
  abilities: { open: boolean; watch: boolean; remove: boolean; migrate: boolean };
  /** Kindly, then by force within 2 s. */
  stop(): Promise<void>;
}
/** Forks a plugin-runner for one plugin and waits until it is loaded. Throws `plugin_invalid`, `plugin_unsupported`, `plugin_failed`. */
export type OpenPlugin = (options: PluginOptions) => Promise<PluginProcess>;
