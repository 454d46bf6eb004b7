import type { EntryReason } from '@mantel/plugin-sdk';
import type { JsonFacts } from './json.ts';
import type { Head } from './magic.ts';

export interface Trouble { outcome: 'ignored' | 'problem'; reason: EntryReason; detail?: string }
/** One entry of a part as the index keeps it. `crc` -1: not known. `start` -1: no span. `n`: its place in a .tgz. `head`: null for what is no media. `gone`: was in the folder once. */
export interface Entry {
  path: string; bytes: number; crc: number; start: number; length: number; deflate: boolean; modifiedAt: number; n: number;
  head: Head | null; json: JsonFacts | null; trouble: Trouble | null; gone: boolean;
}
/** All that is known of one part. `stamp`: changes with its bytes. `trouble`: of the part as a whole. */
export interface PartIndex { name: string | null; kind: 'zip' | 'tgz' | 'folder'; stamp: string; bytes: number; entries: Entry[]; trouble: Trouble | null }
/** A part in this run; `file` null: known from an earlier run only. */
export interface Part extends PartIndex { file: string | null }
export interface Progress { done: number; total: number | null; what: string }
/** An entry and the part that it lies in. */
export interface Placed { part: Part; entry: Entry }
export const isHere = (p: Placed): boolean => p.part.file !== null && !p.entry.gone;
