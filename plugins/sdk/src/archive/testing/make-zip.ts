import { crc32, deflateRawSync } from 'node:zlib';

/** One entry as it shall stand in the archive; what is given wins over what would be right. */
export interface Made { name: string | Buffer; data?: Buffer | string; deflate?: boolean; flags?: number; method?: number; crc?: number; bytes?: number; length?: number; madeBy?: number; attributes?: number; zip64?: boolean; descriptor?: boolean; offset?: number }
const u16 = (n: number): Buffer => { const b = Buffer.alloc(2); b.writeUInt16LE(n); return b; };
const u32 = (n: number): Buffer => { const b = Buffer.alloc(4); b.writeUInt32LE(n >>> 0); return b; };
const u64 = (n: number): Buffer => { const b = Buffer.alloc(8); b.writeBigUInt64LE(BigInt(n)); return b; };
const UTF8 = 0x800, UNIX = 3 << 8, DATE = (2020 - 1980) << 9 | 6 << 5 | 1;

/** A zip with whatever oddities a test needs: zip64 fields, data descriptors, lying sizes, foreign code pages. */
export function makeZip(entries: Made[]): Buffer {
  const parts: Buffer[] = [], directory: Buffer[] = [];
  let at = 0;
  for (const e of entries) {
    const name = Buffer.isBuffer(e.name) ? e.name : Buffer.from(e.name), data = Buffer.from(e.data ?? '');
    const packed = e.deflate ? deflateRawSync(data) : data;
    const crc = e.crc ?? crc32(data), bytes = e.bytes ?? data.length, length = e.length ?? packed.length, method = e.method ?? (e.deflate ? 8 : 0);
    const flags = (e.flags ?? (Buffer.isBuffer(e.name) ? 0 : UTF8)) | (e.descriptor ? 8 : 0);
    const head = (c: number, l: number, b: number): Buffer => Buffer.concat([u16(flags), u16(method), u16(0), u16(DATE), u32(c), u32(l), u32(b), u16(name.length)]);
    const localExtra = e.zip64 ? Buffer.concat([u16(1), u16(16), u64(bytes), u64(length)]) : Buffer.alloc(0);
    const local = Buffer.concat([u32(0x04034b50), u16(20), e.descriptor ? head(0, 0, 0) : e.zip64 ? head(crc, 0xffffffff, 0xffffffff) : head(crc, length, bytes), u16(localExtra.length), name, localExtra, packed, e.descriptor ? Buffer.concat([u32(0x08074b50), u32(crc), u32(length), u32(bytes)]) : Buffer.alloc(0)]);
    const offset = e.offset ?? at, extra = e.zip64 ? Buffer.concat([u16(1), u16(24), u64(bytes), u64(length), u64(offset)]) : Buffer.alloc(0);
    directory.push(Buffer.concat([u32(0x02014b50), u16((e.madeBy ?? UNIX) | 20), u16(20), e.zip64 ? head(crc, 0xffffffff, 0xffffffff) : head(crc, length, bytes), u16(extra.length), u16(0), u16(0), u16(0), u32(e.attributes ?? 0), u32(e.zip64 ? 0xffffffff : offset), name, extra]));
    parts.push(local);
    at += local.length;
  }
  const list = Buffer.concat(directory), big = entries.some((e) => e.zip64);
  const end64 = big ? Buffer.concat([u32(0x06064b50), u64(44), u16(45), u16(45), u32(0), u32(0), u64(entries.length), u64(entries.length), u64(list.length), u64(at), u32(0x07064b50), u32(0), u64(at + list.length), u32(1)]) : Buffer.alloc(0);
  return Buffer.concat([...parts, list, end64, u32(0x06054b50), u16(0), u16(0), u16(big ? 0xffff : entries.length), u16(big ? 0xffff : entries.length), u32(big ? 0xffffffff : list.length), u32(big ? 0xffffffff : at), u16(0)]);
}
