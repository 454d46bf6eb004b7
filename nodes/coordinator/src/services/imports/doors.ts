import type { UploadResult } from '@mantel/contracts/models/asset.ts';
import type { Manifest } from '@mantel/contracts/models/plugin.ts';
import type { ImportOptions, SourceHints, Span } from '@mantel/contracts/models/source.ts';
import type { PluginProcess } from '@mantel/runtime/plugins/plugin-process.ts';
import type { Database } from '../../db/database.ts';
import type { Received } from '../../library/receive.ts';
import type { Room } from '../../library/write.ts';

/** A file that a source brings. `of`: the photo that it is a part of. */
export interface Brought extends Received {
  name: string; libraryId?: string; device?: string; modifiedAt?: number; folder?: string; sidecar?: string; hints?: SourceHints; role?: 'live' | 'edited' | 'raw'; of?: string; alone?: boolean; previews?: boolean;
}
export interface ResolvedSource { pluginId: string; name: string; config: Record<string, unknown>; libraryUuid: string; ownerUuid: string; ownerId: number; options: ImportOptions }

/** What an import asks of the rest of the house. */
export interface Doors {
  db: Database; data: string;
  /** Which disk a path lies on. */
  diskOf: (path: string) => Promise<string>;
  /** Throws `storage_missing`. */
  requireStorage: () => void;
  /** Space for what comes in, counted with all that comes in otherwise. */
  room: Room;
  log: { info(fields: object, text: string): void; warn(fields: object, text: string): void; error(fields: object, text: string): void };
  plugins: {
    /** Throws `not_found`, `plugin_off`. */
    manifest: (id: string) => Manifest;
    open: (id: string, o: { read: string[]; write?: string[]; collection?: string; onEnd?: (why: string) => void }) => Promise<PluginProcess>;
    /** Paths that the configuration names, checked. `parts`: the folder of what came from a browser. Throws `source_invalid`. */
    grants: (manifest: Manifest, config: Record<string, unknown>, parts?: string) => Promise<{ read: string[]; config: Record<string, unknown> }>;
    /** Bytes of an entry, unpacked. Throws `checksum_mismatch` and others; reads nothing outside of `allowed`. */
    readSpan: (span: Span, o: { allowed: readonly string[]; maxBytes: number; bytes?: number | null; crc32?: string | undefined; signal?: AbortSignal | undefined }) => AsyncIterable<Buffer>;
  };
  /** Throws `not_found`, `conflict` (switched off), `plugin_off`. */
  source: (uuid: string) => ResolvedSource;
  /** A configuration without a source, checked, with its defaults. Paths of the house's machine are the admins'. `parts`: files come from a browser. Throws `source_invalid`, `forbidden`. */
  prepare: (asker: { admin: boolean; userId: string | null }, pluginId: string, config: Record<string, unknown>, o: { parts: boolean }) => Record<string, unknown>;
  library: {
    /** Who may add where. Throws `not_found`, `forbidden`. */
    target: (userId: number, uuid?: string) => { id: number; uuid: string };
    lockedOf: (userId: number) => Promise<string>;
    /** The library through which this person looks at a folder, made when it is first needed. Throws `conflict`. */
    externalOf: (userId: number, root: string, name: string) => Promise<string>;
    /** A photo that stays where it lies. Throws `not_found`, `unsupported_type`, `empty_file`. */
    index: (userId: number, input: Omit<Brought, keyof Received | 'sidecar' | 'libraryId'> & { libraryId: string; path: string }) => Promise<UploadResult>;
    ingest: (userId: number, input: Brought) => Promise<UploadResult>;
    /** Where a file of the library really lies. Throws `not_found`. */
    fileAt: (path: string) => Promise<string>;
    applyHints: (userId: number, assetUuid: string, hints: SourceHints, o?: { name?: string; mayTrash?: boolean }) => Promise<void>;
    joinFiles: (userId: number, assetUuid: string, files: { fileUuid: string; role: 'live' | 'edited' | 'raw' }[]) => Promise<unknown>;
    /** A file that this source called a part of another photo is one of its own. */
    standAlone: (userId: number, fileUuid: string) => Promise<unknown>;
    /** Out of the trash. */
    restore: (userId: number, assetUuids: string[]) => Promise<unknown>;
    /** Answers those that this person may not put there. */
    trashWhole: (userId: number, assetUuids: string[]) => Promise<string[]>;
    /** A file leaves its photo and goes to the trash. Answers whether it could. */
    takeOff: (userId: number, assetUuid: string, fileUuid: string) => Promise<boolean>;
    stemOf: (name: string) => string;
  };
  albums: {
    /** The oldest of this name that is none of `except`, or a new one. Answers its id. */
    ensure: (album: { ownerId: number; name: string; description: string | null; except: readonly string[] }) => Promise<string>;
    /** Its true name and description, learnt later; a name other than `was` stays, as a person chose it. */
    learn: (album: { ownerId: number; uuid: string; name: string; description: string | null; was: string | null }) => Promise<unknown>;
    add: (ownerId: number, albumUuid: string, assetUuids: string[]) => Promise<unknown>;
    dropIfEmpty: (albumUuid: string) => Promise<unknown>;
  };
  /** A problem card about a run that stopped; null: it goes on, or nobody waits for it any more. */
  stopped: (run: { uuid: string; name: string }, trouble: string | null) => Promise<void>;
  /** A run moved: whoever looks at one asks again. */
  changed: () => void;
}
