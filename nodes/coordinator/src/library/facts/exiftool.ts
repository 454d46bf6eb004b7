import type { AssetType, DateSource } from '@mantel/contracts/models/asset.ts';
import type { Exiftool } from '../exiftool.ts';
import { audioCodec, videoCodec } from './codecs.ts';
import { codedColour, colourName, exifColour } from './colour.ts';
import type { DateKind } from './dates.ts';
import { barPaths, slashPaths } from './keywords.ts';
import { contentId } from './maker-apple.ts';
import { asStruct, microsoftPeople, mwgPeople } from './regions.ts';
import { noTags, number, percentStars, type RawTags, type Said } from './tags.ts';

export interface FactsLog { warn(data: object, message: string): void }
export interface SlowReader {
  /** null when exiftool could not read the file or did not answer in time; never throws. */
  read(path: string, type: AssetType, mime: string): Promise<RawTags | null>;
}

/** `#` asks for the bare number. Only what we use is asked for: output stays small whatever a file contains. */
const ASK = [
  'DateTimeOriginal', 'CreateDate', 'DateCreated', 'CreationDate', 'DateTimeDigitized', 'DigitalCreationDate', 'DateTimeCreated', 'DigitalCreationDateTime', 'CreationTime', 'PNG:ModifyDate',
  'OffsetTimeOriginal', 'OffsetTime', 'OffsetTimeDigitized', 'SubSecTimeOriginal', 'SubSecTimeDigitized', 'GPSDateStamp', 'GPSTimeStamp', 'GPSLatitude#', 'GPSLongitude#', 'GPSAltitude#', 'ImageSize#', 'ImageWidth', 'ImageHeight', 'Rotation#', 'Orientation#', 'Duration#', 'ColorSpace#', 'InteropIndex#', 'ProfileDescription', 'ColorPrimaries#', 'TransferCharacteristics#',
  'CompressorID', 'VideoCodec', 'VideoEncoding#', 'VideoCodecName', 'VideoStreamType#', 'CodecID', 'AudioFormat', 'AudioCodecID#', 'AudioCodecName', 'AudioStreamType#', 'Encoding#', 'AudioEncoding#', 'MPEG:AudioLayer',
  'Make', 'Model', 'AndroidMake', 'AndroidModel', 'LensModel', 'Lens', 'LensID', 'ISO#', 'FNumber#', 'ExposureTime#', 'FocalLength#', 'Rating#', 'RatingPercent#', 'ContentIdentifier', 'MediaGroupUUID', 'RegionInfo', 'RegionInfoMP', 'PersonInImage', 'HierarchicalSubject', 'TagsList', 'LastKeywordXMP',
  'Title', 'ObjectName', 'XPTitle', 'Description', 'Caption-Abstract', 'ImageDescription', 'XPComment', 'Subject', 'Keywords', 'XPKeywords', 'Warning', 'Error',
].map((tag) => `-${tag}`);
/** The reader for all that the fast one does not understand. */
export const createSlowReader = (exiftool: Exiftool, log: FactsLog): SlowReader => ({
  async read(path, type, mime) {
    try {
      const tool = await exiftool.tool();
      const tags = await tool.readRaw(path, { readArgs: ['-G0:4', '-a', '-struct', '-api', 'QuickTimeUTC=1', '-api', 'LargeFileSupport=1', ...ASK], useMWG: false });
      return fromExiftool(tags as Record<string, unknown>, type, mime);
    } catch (error) {
      log.warn({ err: error }, 'exiftool could not read a file');
      return null;
    }
  },
});

type Grouped = Record<string, unknown>;
const DATES: [group: string, tag: string, kind: DateKind][] = [
  ['EXIF', 'DateTimeOriginal', 'exif.original'], ['EXIF', 'CreateDate', 'exif.digitized'],
  ['XMP', 'DateTimeOriginal', 'xmp.original'], ['XMP', 'DateCreated', 'xmp.created'], ['XMP', 'CreateDate', 'xmp.digitized'], ['XMP', 'DateTimeDigitized', 'xmp.digitized'], ['XMP', 'CreationDate', 'xmp.other'],
  ['Composite', 'DateTimeCreated', 'iptc.created'], ['IPTC', 'DateCreated', 'iptc.created'], ['Composite', 'DigitalCreationDateTime', 'iptc.digitized'],
  ['QuickTime', 'CreationDate', 'quicktime.creation'], ['QuickTime', 'DateTimeOriginal', 'quicktime.original'], ['QuickTime', 'CreateDate', 'quicktime.create'],
  // Other video containers: H264 in AVCHD, RIFF in AVI, Matroska, ASF. There is one word for "the container says so".
  ['H264', 'DateTimeOriginal', 'quicktime.original'], ['RIFF', 'DateTimeOriginal', 'quicktime.original'], ['Matroska', 'DateTimeOriginal', 'quicktime.original'], ['ASF', 'CreationDate', 'quicktime.original'],
  ['PNG', 'CreationTime', 'png.created'], ['PNG', 'CreateDate', 'png.created'], ['PNG', 'ModifyDate', 'png.modified'],
];

const GROUPS: Record<string, DateSource> = { EXIF: 'exif', XMP: 'xmp', IPTC: 'iptc', QuickTime: 'quicktime', PNG: 'png' };
/** Where no group of ours stands before a fact: pictures write EXIF, films have words of their container. */
const FALLBACK: Record<AssetType, DateSource> = { image: 'exif', video: 'quicktime' };

/** exiftool's answer (`Group:Tag` → value) in our words; null when it did not understand the file at all. Exported for its test. */
export function fromExiftool(answer: Grouped, type: AssetType, mime: string): RawTags | null {
  const t = bounded(answer);
  const tags = noTags();
  const any = (tag: string, ...groups: string[]): unknown => groups.map((g) => t[`${g}:${tag}`]).find((v) => v !== undefined && v !== '') ?? rest(t, tag);
  const said = (tag: string, ...groups: string[]): Said[] => groups.filter((g) => t[`${g}:${tag}`] !== undefined).map((g) => ({ value: t[`${g}:${tag}`], from: GROUPS[g] ?? FALLBACK[type] }));
  const other = (tag: string): Said => ({ value: rest(t, tag), from: FALLBACK[type] });
  for (const [group, tag, kind] of DATES) {
    const offset = kind === 'exif.original' ? (t['EXIF:OffsetTimeOriginal'] ?? t['EXIF:OffsetTime']) : kind === 'exif.digitized' ? (t['EXIF:OffsetTimeDigitized'] ?? t['EXIF:OffsetTime']) : undefined;
    const fraction = kind === 'exif.original' ? t['EXIF:SubSecTimeOriginal'] : kind === 'exif.digitized' ? t['EXIF:SubSecTimeDigitized'] : undefined;
    if (t[`${group}:${tag}`] !== undefined) tags.dates.push({ kind, text: t[`${group}:${tag}`], offset, fraction });
  }
  tags.lat = any('GPSLatitude', 'Composite', 'EXIF', 'XMP'); tags.lon = any('GPSLongitude', 'Composite', 'EXIF', 'XMP'); tags.altitude = any('GPSAltitude', 'Composite');
  tags.placeFrom = t['EXIF:GPSLatitude'] !== undefined ? 'exif' : t['XMP:GPSLatitude'] !== undefined ? 'xmp' : FALLBACK[type];
  tags.gpsDate = t['EXIF:GPSDateStamp']; tags.gpsTime = t['EXIF:GPSTimeStamp'];
  tags.size = displayed(t, any, type, mime);
  tags.orientation = type === 'image' ? (t['EXIF:Orientation'] ?? t['XMP:Orientation']) : null;
  tags.make = any('Make', 'EXIF', 'QuickTime') ?? rest(t, 'AndroidMake'); tags.model = any('Model', 'EXIF', 'QuickTime') ?? rest(t, 'AndroidModel'); tags.lens = any('LensModel', 'EXIF', 'XMP') ?? any('LensID', 'Composite') ?? any('Lens', 'XMP');
  tags.cameraFrom = (['EXIF', 'QuickTime', 'XMP'] as const).filter((g) => t[`${g}:Make`] !== undefined || t[`${g}:Model`] !== undefined).map((g) => GROUPS[g])[0] ?? FALLBACK[type];
  tags.iso = any('ISO', 'EXIF'); tags.fNumber = any('FNumber', 'EXIF'); tags.exposureTime = any('ExposureTime', 'EXIF'); tags.focalLength = any('FocalLength', 'EXIF');
  tags.rating = [...said('Rating', 'XMP'), ...percent(said('RatingPercent', 'XMP')), ...said('Rating', 'EXIF'), ...percent(said('RatingPercent', 'EXIF')), other('Rating')];
  tags.title = [...said('Title', 'XMP'), ...said('ObjectName', 'IPTC'), ...said('XPTitle', 'EXIF'), other('Title')];
  tags.description = [...said('Description', 'XMP'), ...said('Caption-Abstract', 'IPTC'), ...said('ImageDescription', 'EXIF', 'XMP'), ...said('XPComment', 'EXIF'), other('Description')];
  tags.paths = [...barPaths([t['XMP:HierarchicalSubject'] ?? []].flat()), ...slashPaths([t['XMP:TagsList'] ?? [], t['XMP:LastKeywordXMP'] ?? []].flat())];
  tags.tags = [...said('Subject', 'XMP'), ...said('Keywords', 'XMP', 'IPTC', 'QuickTime'), ...said('XPKeywords', 'EXIF').map((s) => ({ ...s, value: String(s.value).split(';') }))];
  const [mwg, microsoft] = [asStruct(t['XMP:RegionInfo']), asStruct(t['XMP:RegionInfoMP'])];
  tags.people = [...(typeof mwg === 'object' ? mwgPeople(mwg) : []), ...(typeof microsoft === 'object' ? microsoftPeople(microsoft) : [])];
  tags.names = [t['XMP:PersonInImage'] ?? []].flat();
  tags.contentId = contentId(any('ContentIdentifier', 'MakerNotes', 'QuickTime') ?? t['MakerNotes:MediaGroupUUID']);
  tags.colourSpace = colourName(t['ICC_Profile:ProfileDescription']) ?? exifColour(t['EXIF:ColorSpace'] ?? t['XMP:ColorSpace'], t['EXIF:InteropIndex']) ?? codedColour(rest(t, 'ColorPrimaries'), rest(t, 'TransferCharacteristics'));
  if (type === 'video') fromVideo(tags, t, any);
  if (/truncated/i.test(String(any('Warning', 'ExifTool')))) tags.problems.push('truncated');
  return any('Error', 'ExifTool') !== undefined && tags.size === null && tags.dates.length === 0 ? null : tags;
}

/** A file may hold a million keywords, or one of a megabyte: what people write is less. */
function bounded(answer: Grouped): Grouped {
  const cut = (value: unknown): unknown => (typeof value === 'string' ? value.slice(0, 65_536) : Array.isArray(value) ? value.slice(0, 2000).map(cut) : value);
  return Object.fromEntries(Object.entries(answer).slice(0, 2000).map(([key, value]) => [key, cut(value)]));
}

const percent = (said: Said[]): Said[] => said.map((s) => ({ ...s, value: percentStars(s.value) }));

function fromVideo(tags: RawTags, t: Grouped, any: (tag: string, ...groups: string[]) => unknown): void {
  tags.durationMs = seconds(any('Duration', 'QuickTime', 'Matroska', 'RIFF', 'ASF', 'M2TS', 'Composite'));
  const tracks = Object.keys(t).filter((k) => /^Matroska:.*CodecID$/.test(k)).map((k) => String(t[k]));
  const layer = t['MPEG:AudioLayer'];
  const flash = { 2: 'h263', 4: 'vp6', 5: 'vp6', 7: 'h264', 12: 'hevc' }[Number(t['Flash:VideoEncoding'])];
  tags.videoCodec = flash ?? videoCodec(t['QuickTime:CompressorID'] ?? t['RIFF:VideoCodec'] ?? t['M2TS:VideoStreamType'] ?? any('VideoCodecName') ?? tracks.find((track) => track.startsWith('V_')));
  tags.audioCodec = audioCodec(t['QuickTime:AudioFormat'] ?? t['ASF:AudioCodecID'] ?? (layer === undefined ? undefined : `mp${layer}`) ?? t['M2TS:AudioStreamType'] ?? t['RIFF:Encoding'] ?? tracks.find((track) => track.startsWith('A_')) ?? { 2: 'mp3', 10: 'aac', 14: 'mp3' }[Number(t['Flash:AudioEncoding'])]);
}

function rest(t: Grouped, tag: string): unknown {
  const key = Object.keys(t).find((k) => k.endsWith(`:${tag}`) && !k.startsWith('ICC_Profile:'));
  return key === undefined ? undefined : t[key];
}

function displayed(t: Grouped, any: (tag: string, ...groups: string[]) => unknown, type: AssetType, mime: string): RawTags['size'] {
  const [w, h] = String(t['Composite:ImageSize'] ?? '').split(/[ x]/).map((s) => number(s, 1, 2 ** 31));
  const width = w ?? number(any('ImageWidth', 'File'), 1, 2 ** 31);
  const height = h ?? number(any('ImageHeight', 'File'), 1, 2 ** 31);
  if (width === null || height === null) return null;
  // The rotation of a video or a HEIF lies in the container; EXIF Orientation holds for all others.
  const container = type === 'video' || /^image\/(hei[cf]|avif)/.test(mime);
  const turned = container ? [90, 270].includes(number(any('Rotation', 'Composite', 'QuickTime'), 0, 360) ?? 0) : (number(t['EXIF:Orientation'], 0, 8) ?? 0) >= 5;
  return turned ? { width: height, height: width } : { width, height };
}

/** 2.5, "2.5" or Matroska's "00:00:02.500000000" → ms. */
function seconds(value: unknown): number | null {
  const clock = /^(\d+):(\d{2}):(\d{2}(?:\.\d+)?)$/.exec(String(value));
  const s = clock ? Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3]) : number(value, 0, 1e7);
  return s === null ? null : Math.round(s * 1000);
}
