import { crc32, deflateRawSync, gzipSync } from 'node:zlib';

/** What a zip says of an entry, true or not. `at`: another entry's bytes instead of its own. */
export interface RawEntry { name: string | Buffer; data?: Buffer | string; deflate?: boolean; flags?: number; mode?: number; crc?: number; bytes?: number; sameAs?: number }

export function rawZip(entries: readonly RawEntry[]): Buffer {
  const out: Buffer[] = [];
  const list: Buffer[] = [];
  const starts: number[] = [];
  let at = 0;
  for (const e of entries) {
    const data = Buffer.from(e.data ?? '');
    const body = e.deflate ? deflateRawSync(data) : data;
    const name = Buffer.from(e.name);
    const [crc, bytes, flags] = [e.crc ?? crc32(data), e.bytes ?? data.length, (e.flags ?? 0) | 0x800];
    const fixed = Buffer.alloc(26);
    fixed.writeUInt16LE(20, 0); fixed.writeUInt16LE(flags, 2); fixed.writeUInt16LE(e.deflate ? 8 : 0, 4); fixed.writeUInt16LE(0x5a21, 8);
    fixed.writeUInt32LE(crc, 10); fixed.writeUInt32LE(body.length, 14); fixed.writeUInt32LE(bytes, 18); fixed.writeUInt16LE(name.length, 22);
    const start = e.sameAs === undefined ? at : starts[e.sameAs]!;
    starts.push(start);
    if (e.sameAs === undefined) {
      const local = Buffer.concat([Buffer.from('PK\x03\x04'), fixed, name, body]);
      out.push(local);
      at += local.length;
    }
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(((e.mode ?? 0o100644) << 16) >>> 0, 6); tail.writeUInt32LE(start, 10);
    const central = Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([0x14, 0x03]), fixed, Buffer.alloc(2), tail.subarray(2), name]);
    list.push(central);
  }
  const cd = Buffer.concat(list);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length & 0xffff, 8); end.writeUInt16LE(entries.length & 0xffff, 10); end.writeUInt32LE(cd.length, 12); end.writeUInt32LE(at, 16);
  return Buffer.concat([...out, cd, end]);
}

export interface RawTar { name: string; data?: Buffer | string; type?: string }
export function rawTgz(entries: readonly RawTar[], whole = true): Buffer {
  const blocks: Buffer[] = [];
  for (const e of entries) {
    const data = Buffer.from(e.data ?? '');
    const h = Buffer.alloc(512);
    h.write(e.name.slice(0, 100)); h.write('0000644\0', 100); h.write(`${data.length.toString(8).padStart(11, '0')}\0`, 124); h.write('00000000000\0', 136); h.write('        ', 148); h.write(e.type ?? '0', 156); h.write('ustar\x0000', 257, 'latin1');
    h.write(`${h.reduce((a, b) => a + b, 0).toString(8).padStart(6, '0')}\0 `, 148);
    blocks.push(h, data, Buffer.alloc((512 - (data.length % 512)) % 512));
  }
  return gzipSync(Buffer.concat([...blocks, ...(whole ? [Buffer.alloc(1024)] : [])]));
}
