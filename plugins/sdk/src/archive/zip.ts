import { basename } from 'node:path';
import { promisify } from 'node:util';
import { crc32, inflateRaw, inflateRawSync } from 'node:zlib';
import { fromRandomAccessReader, type Entry, type RandomAccessReader, type ZipFile } from 'yauzl';
import type { Span } from '../import-source.ts';
import { ArchiveError, decodeName, isArchive, showPath, unsafePath } from './names.ts';
import { WindowReader } from './window-reader.ts';

export { ArchiveError } from './names.ts';

/**
 * `path`: with `/`, safe to show; use it as a path only when `unsafe` is null. `bytes`: unpacked; `length`: as stored. `crc32`: 8 hex digits. `unsafe`: `path`: leads out of its folder, is absolute or carries control characters; `link`: a symbolic link.
 * `supported` false: packed in a way that only its own program knows. `nested`: an archive itself, by its name. `modifiedAt`: ms since 1970; without a zone in the archive, its wall clock taken as UTC.
 */
export interface ZipEntry { path: string; bytes: number; length: number; stored: boolean; supported: boolean; crc32: string; encrypted: boolean; unsafe: 'path' | 'link' | null; nested: boolean; modifiedAt: number | null; /** Of its local header. */ offset: number }
export interface Zip {
  /** All entries but folders, in the order of the directory. Throws ArchiveError `damaged-part` where the directory ends or breaks; what came before that is good. */
  entries(): AsyncIterable<ZipEntry>;
  /** Where its bytes lie, for the house to read. Throws ArchiveError (damaged, encrypted); `damaged` also for bytes that another entry has already. */
  span(entry: ZipEntry): Promise<Span>;
  /** Its bytes, checked against length and CRC-32. Throws ArchiveError (damaged, too-large, encrypted). */
  read(entry: ZipEntry, maxBytes: number): Promise<Buffer>;
  close(): Promise<void>;
}

const HEADER = 30, HEADER_MARK = 0x04034b50, SMALL = 256 * 1024;
const inflate = promisify<Buffer, { maxOutputLength: number }, Buffer>(inflateRaw);
const fromReader = promisify(fromRandomAccessReader as (reader: RandomAccessReader, size: number, options: object, done: (e: Error | null, zip?: ZipFile) => void) => void);

function describe(e: Entry): ZipEntry {
  const raw = decodeName(e), path = e.versionMadeBy >> 8 === 3 ? raw : raw.replaceAll('\\', '/');
  const isLink = e.versionMadeBy >> 8 === 3 && (e.externalFileAttributes >>> 28) === 0xa;
  const modified = e.getLastModDate({ timezone: 'UTC' }).getTime();
  return {
    path: showPath(path), bytes: e.uncompressedSize, length: e.compressedSize, stored: e.compressionMethod === 0, supported: e.compressionMethod === 0 || e.compressionMethod === 8, crc32: (e.crc32 >>> 0).toString(16).padStart(8, '0'),
    encrypted: e.isEncrypted(), unsafe: unsafePath(path) ? 'path' : isLink ? 'link' : null, nested: isArchive(path), modifiedAt: Number.isFinite(modified) ? modified : null, offset: e.relativeOffsetOfLocalHeader,
  };
}

/** One zip (zip64 and data descriptors too), read in place. Throws ArchiveError `damaged-part` when it is none, or was cut off: the directory stands at the end. */
export async function openZip(path: string): Promise<Zip> {
  const name = basename(path);
  const broken = (e: unknown): ArchiveError => new ArchiveError('damaged-part', `${name} is damaged or not complete (${(e as Error).message})`);
  const reader = await WindowReader.open(path).catch((e: NodeJS.ErrnoException) => { throw new ArchiveError('unreadable', `${name} cannot be read (${e.code}).`); });
  const options = { lazyEntries: true, autoClose: false, decodeStrings: false, validateEntrySizes: false };
  const directory = (): Promise<ZipFile> => fromReader(reader as unknown as RandomAccessReader, reader.size, options).then((z) => z!, (e: unknown) => { throw broken(e); });
  await directory().catch(async (e: unknown) => {
    await reader.shut();
    throw e;
  });

  async function* entries(): AsyncGenerator<ZipEntry> {
    const zip = await directory();
    let settle: { resolve: (e: Entry | null) => void; reject: (e: unknown) => void } | undefined;
    zip.on('entry', (e: Entry) => settle?.resolve(e)).on('end', () => settle?.resolve(null)).on('error', (e: Error) => settle?.reject(broken(e)));
    for (;;) {
      const entry = await new Promise<Entry | null>((resolve, reject) => {
        settle = { resolve, reject };
        zip.readEntry();
      });
      if (!entry) return;
      const described = describe(entry);
      if (!(described.path.endsWith('/') && described.bytes === 0)) yield described;
    }
  }
  /** Where entries lie that were asked for, in their order: bytes that are told again and again make a small archive endless. */
  const claims: { from: number; to: number; path: string }[] = [];
  function claim({ offset, path: entry }: ZipEntry, to: number): void {
    let [low, high] = [0, claims.length];
    if (high > 0 && claims[high - 1]!.from < offset) low = high; // as they lie, which is nearly always
    while (low < high) {
      const mid = (low + high) >> 1;
      if (claims[mid]!.from < offset) low = mid + 1;
      else high = mid;
    }
    const [before, after] = [claims[low - 1], claims[low]];
    if (after?.from === offset && after.path === entry) return;
    const other = before && before.to > offset ? before : after && after.from < to ? after : null;
    if (other) throw new ArchiveError('damaged', `${entry} stands on the bytes of another entry (${other.path}).`);
    claims.splice(low, 0, { from: offset, to, path: entry });
  }
  function dataStart(e: ZipEntry, head: Buffer): number {
    if (e.encrypted) throw new ArchiveError('encrypted', `${e.path} is encrypted.`);
    if (!e.supported) throw new ArchiveError('unreadable', `${e.path} is packed in a way that only its own program can unpack.`);
    if (head.length < HEADER || head.readUInt32LE(0) !== HEADER_MARK) throw new ArchiveError('damaged', `${e.path} is not where the directory of ${name} says.`);
    const start = e.offset + HEADER + head.readUInt16LE(26) + head.readUInt16LE(28);
    if (start + e.length > reader.size) throw new ArchiveError('damaged', `${name} ends before ${e.path} does.`);
    claim(e, start + e.length);
    return start;
  }
  return {
    entries,
    async span(e) {
      return { path, start: dataStart(e, reader.peek(e.offset, HEADER)), length: e.length, method: e.stored ? 'stored' : 'deflate' };
    },
    async read(e, maxBytes) {
      if (e.bytes > maxBytes || (e.stored && e.length > maxBytes)) throw new ArchiveError('too-large', `${e.path} has ${e.bytes} bytes; at most ${maxBytes} are read.`);
      const small = e.length <= SMALL;
      const near = reader.peek(e.offset, HEADER + (small ? e.length + 1024 : 0)); // header and bytes in one read
      const start = dataStart(e, near), from = start - e.offset;
      let packed = small ? near.subarray(from, from + e.length) : Buffer.allocUnsafeSlow(e.length);
      if (small && packed.length < e.length) packed = reader.peek(start, e.length);
      if (!small && (await reader.file.read(packed, 0, e.length, start)).bytesRead !== e.length) throw new ArchiveError('damaged', `${e.path} ends too early.`);
      let bytes = packed;
      if (!e.stored) {
        const limit = { maxOutputLength: Math.max(1, e.bytes) };
        try {
          bytes = small ? inflateRawSync(packed, limit) : await inflate(packed, limit);
        } catch (error) {
          throw new ArchiveError('damaged', `${e.path} cannot be unpacked${(error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? ': it is longer than it says' : ''}.`);
        }
      }
      if (bytes.length !== e.bytes || crc32(bytes) !== Number.parseInt(e.crc32, 16)) throw new ArchiveError('damaged', `${e.path} is damaged: ${bytes.length === e.bytes ? 'its checksum is wrong' : `it has ${bytes.length} bytes instead of ${e.bytes}`}.`);
      return bytes;
    },
    close: () => reader.shut(),
  };
}
