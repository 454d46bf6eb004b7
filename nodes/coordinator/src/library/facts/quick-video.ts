import { open } from 'node:fs/promises';
import { audioCodec, videoCodec } from './codecs.ts';
import { noTags, type RawTags } from './tags.ts';

/** Films that say no more than when they were made, how long they are and how they are coded: as messengers, editors and the clips of exports are. Whatever else stands in one is left to exiftool. */
const MAX_INDEX = 1 << 20;
const MAX_BOXES = 100;
const MAX_NOTES = 256;
const FROM_1904 = 2_082_844_800;
const PLAIN_TOP = new Set(['ftyp', 'free', 'skip', 'wide', 'mdat', 'moov', 'udta']);
const PLAIN_STREAM = new Set(['avcC', 'hvcC', 'av1C', 'vpcC', 'esds', 'pasp', 'btrt', 'fiel']);

interface Box { kind: string; body: Buffer }
/** The boxes that lie in a piece of memory; null when they do not fill it exactly. */
function boxes(bytes: Buffer): Box[] | null {
  const out: Box[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + 8 > bytes.length || out.length >= MAX_BOXES) return null;
    const size = bytes.readUInt32BE(at);
    if (size < 8 || at + size > bytes.length) return null;
    out.push({ kind: bytes.toString('latin1', at + 4, at + 8), body: bytes.subarray(at + 8, at + size) });
    at += size;
  }
  return out;
}
const only = (list: Box[] | null, allowed: readonly string[]): Map<string, Buffer> | null => (list?.every((b) => allowed.includes(b.kind)) && new Set(list.map((b) => b.kind)).size === list.length ? new Map(list.map((b) => [b.kind, b.body])) : null);

/** Notes about the film that only name the program that wrote it. */
function onlyWriter(udta: Buffer): boolean {
  const [meta, ...more] = boxes(udta) ?? [];
  if (meta?.kind !== 'meta' || more.length) return false;
  const inside = only(boxes(meta.body.subarray(4)), ['hdlr', 'ilst']);
  return boxes(inside?.get('ilst') ?? Buffer.alloc(1))?.every((b) => b.kind === '\xa9too') ?? false;
}

interface Header { created: number; duration: number; scale: number }
function header(mvhd: Buffer | undefined): Header | null {
  if (!mvhd || mvhd.length < 32) return null;
  const long = mvhd[0] === 1;
  const created = long ? Number(mvhd.readBigUInt64BE(4)) : mvhd.readUInt32BE(4);
  return { created, scale: mvhd.readUInt32BE(long ? 20 : 12), duration: long ? Number(mvhd.readBigUInt64BE(24)) : mvhd.readUInt32BE(16) };
}

interface Track { kind: string; codec: string; width: number; height: number }
function track(trak: Buffer): Track | null {
  const parts = only(boxes(trak), ['tkhd', 'edts', 'mdia']);
  const mdia = parts && only(boxes(parts.get('mdia') ?? Buffer.alloc(1)), ['mdhd', 'hdlr', 'minf']);
  const minf = mdia && only(boxes(mdia.get('minf') ?? Buffer.alloc(1)), ['vmhd', 'smhd', 'dinf', 'stbl', 'hdlr']);
  const stbl = minf && boxes(minf.get('stbl') ?? Buffer.alloc(1));
  const [tkhd, hdlr, stsd] = [parts?.get('tkhd'), mdia?.get('hdlr'), stbl?.find((b) => b.kind === 'stsd')?.body];
  if (!tkhd || tkhd.length < 84 || !hdlr || hdlr.length < 12 || !stsd || stsd.length < 16 || stsd.readUInt32BE(4) !== 1) return null;
  const kind = hdlr.toString('latin1', 8, 12);
  const [entry, ...more] = boxes(stsd.subarray(8)) ?? [];
  if (!entry || more.length || (kind !== 'vide' && kind !== 'soun')) return null;
  const inner = kind === 'vide' && entry.body.length >= 78 ? boxes(entry.body.subarray(78)) : kind === 'soun' && entry.body.length >= 28 && entry.body.readUInt16BE(8) === 0 ? boxes(entry.body.subarray(28)) : null;
  if (!inner?.every((b) => PLAIN_STREAM.has(b.kind))) return null;
  // turned or mirrored ones, too, are left to who knows more
  const matrix = tkhd.subarray(tkhd.length - 44, tkhd.length - 8);
  if (kind === 'vide' && (matrix.readInt32BE(0) !== 65_536 || matrix.readInt32BE(4) !== 0 || matrix.readInt32BE(12) !== 0 || matrix.readInt32BE(16) !== 65_536)) return null;
  return { kind, codec: entry.kind, width: tkhd.readUInt32BE(tkhd.length - 8) / 65_536, height: tkhd.readUInt32BE(tkhd.length - 4) / 65_536 };
}

const date = (seconds: number): string => new Date((seconds - FROM_1904) * 1000).toISOString().slice(0, 19).replaceAll('-', ':').replace('T', ' ');

/** The facts of a plain film; null for any other. Never throws. */
export async function readQuickVideo(path: string): Promise<RawTags | null> {
  const file = await open(path, 'r').catch(() => null);
  if (!file) return null;
  try {
    const { size } = await file.stat();
    let moov: Buffer | null = null;
    const head = Buffer.alloc(16);
    for (let at = 0, n = 0; at < size; n++) {
      if (n >= MAX_BOXES || (await file.read(head, 0, 16, at)).bytesRead < 8) return null;
      const kind = head.toString('latin1', 4, 8);
      const short = head.readUInt32BE(0);
      const length = short === 1 ? Number(head.readBigUInt64BE(8)) : short === 0 ? size - at : short;
      if (!PLAIN_TOP.has(kind) || length < 8 || at + length > size || (kind === 'moov' && (moov !== null || short < 8 || length > MAX_INDEX))) return null;
      const notes = kind === 'udta' || kind === 'free' || kind === 'skip';
      if (kind === 'moov' || notes) {
        if (short < 8 || (kind === 'udta' && length > MAX_NOTES)) return null;
        const body = Buffer.alloc(kind === 'moov' || kind === 'udta' ? length - 8 : Math.min(length - 8, 8));
        if ((await file.read(body, 0, body.length, at + 8)).bytesRead !== body.length) return null;
        if (kind === 'moov') moov = body;
        else if (kind === 'udta' ? !onlyWriter(body) : length > MAX_NOTES && body.some(Boolean)) return null; // makers hide words in free room
      }
      at += length;
    }
    const parts = moov && boxes(moov);
    if (!parts?.every((b) => ['mvhd', 'trak', 'iods'].includes(b.kind) || (b.kind === 'udta' && onlyWriter(b.body)))) return null;
    const about = header(parts.find((b) => b.kind === 'mvhd')?.body);
    const tracks = parts.filter((b) => b.kind === 'trak').map((b) => track(b.body));
    const [film, ...others] = tracks.filter((t) => t?.kind === 'vide');
    const sound = tracks.filter((t) => t?.kind === 'soun');
    if (!about || about.scale === 0 || tracks.includes(null) || !film || others.length || sound.length > 1 || film.width < 1 || film.height < 1) return null;
    const tags = noTags();
    if (about.created > 0) tags.dates.push({ kind: 'quicktime.create', text: date(about.created) });
    tags.size = { width: film.width, height: film.height };
    tags.durationMs = Math.round((about.duration / about.scale) * 1000);
    tags.videoCodec = videoCodec(film.codec);
    tags.audioCodec = sound[0] ? audioCodec(sound[0].codec) : null;
    return tags;
  } catch {
    return null;
  } finally {
    await file.close();
  }
}
