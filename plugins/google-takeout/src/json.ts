// Reads the JSON of an export, whatever it is called: what it is follows from what stands in it.

/** `taken`: seconds since 1970, null when Google did not know. `flags`: see FLAG. */
export interface Sidecar { kind: 'asset'; title: string; taken: number | null; gps: [number, number, number] | null; description: string; people: string[]; flags: number; url: string }
/** `yearly`: as Google writes it into the folder of a year, which is no album. */
export interface AlbumMeta { kind: 'album'; title: string; description: string; place: [number, number] | null; comments: string[]; yearly: boolean }
export interface OtherJson { kind: 'other' }
export interface BadJson { kind: 'bad'; why: 'corrupt-metadata' | 'too-large'; detail: string }
export type JsonFacts = Sidecar | AlbumMeta | OtherJson | BadJson;
export const FLAG = { favourite: 1, archived: 2, trashed: 4, partner: 8, locked: 16 } as const;

export const MAX_JSON = 8 * 1024 * 1024;
const MAX_TEXT = 20_000;
const MAX_PEOPLE = 1000;
/** The years 1 to 9999. */
const MAX_SECONDS = 253_402_300_799;
const MIN_SECONDS = -62_135_596_800;

/** UTF-8 with or without a mark, UTF-16 by its mark, and Latin-1 for what is neither. */
export function decodeText(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  if (bytes.length > 3 && bytes[0] !== 0 && bytes[1] === 0) return new TextDecoder('utf-16le').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('latin1').decode(bytes);
  }
}

type Tree = Record<string, unknown>;
const tree = (v: unknown): Tree => (v !== null && typeof v === 'object' && !Array.isArray(v) ? (v as Tree) : {});
const list = (v: unknown): unknown[] => (Array.isArray(v) ? v.slice(0, 10_000) : []);
/** Text without what no form takes; bounded. */
const text = (v: unknown, max = MAX_TEXT): string => (typeof v === 'string' ? v.toWellFormed().replace(/\0/g, '').slice(0, max) : '');
const has = (t: Tree, ...names: string[]): boolean => names.some((n) => Object.hasOwn(t, n));

export function readJson(bytes: Uint8Array): JsonFacts {
  let value: unknown;
  try {
    value = JSON.parse(decodeText(bytes).replace(/^\ufeff/, ''));
  } catch {
    return { kind: 'bad', why: 'corrupt-metadata', detail: bytes.length === 0 ? 'It is empty.' : 'This is not readable as JSON.' };
  }
  const t = tree(value);
  // a print order has a title, too
  if (has(t, 'externalOrderId', 'printSubscriptions', 'memories') || Array.isArray(value)) return { kind: 'other' };
  if (has(t, 'photoTakenTime', 'geoDataExif', 'imageViews', 'googlePhotosOrigin') || (has(t, 'title', 'url') && has(t, 'creationTime', 'geoData'))) return asset(t);
  const album = has(t, 'albumData') ? tree(t.albumData) : t;
  if (has(t, 'albumData') || has(t, 'title', 'enrichments', 'access') || Object.keys(t).length === 0) return albumMeta(album, t);
  return { kind: 'other' };
}

function asset(t: Tree): Sidecar {
  const flags = (t.favorited === true ? FLAG.favourite : 0) | (t.archived === true ? FLAG.archived : 0) | (t.trashed === true ? FLAG.trashed : 0)
    | (has(tree(t.googlePhotosOrigin), 'fromPartnerSharing') ? FLAG.partner : 0) | (t.locked === true || t.inLockedFolder === true ? FLAG.locked : 0);
  const people = [...new Set(list(t.people).map((p) => text(tree(p).name, 200).trim()).filter((n) => n !== ''))].slice(0, MAX_PEOPLE);
  return { kind: 'asset', title: text(t.title, 1000), taken: seconds(t.photoTakenTime), gps: place(t.geoData) ?? place(t.geoDataExif), description: text(t.description), people, flags, url: text(t.url, 500) };
}

/** Seconds as text or number; 0 is what Google writes when it does not know, every other value is meant. */
function seconds(v: unknown): number | null {
  const raw = tree(v).timestamp;
  const n = typeof raw === 'number' ? raw : typeof raw === 'string' && /^\s*-?\d{1,13}\s*$/.test(raw) ? Number(raw) : Number.NaN;
  return Number.isFinite(n) && n !== 0 && n >= MIN_SECONDS && n <= MAX_SECONDS ? Math.trunc(n) : null;
}
/** One coordinate may be zero; both are only where there is none. */
function place(v: unknown): [number, number, number] | null {
  const { latitude: lat, longitude: lon, altitude } = tree(v);
  if (typeof lat !== 'number' || typeof lon !== 'number' || !(Math.abs(lat) <= 90) || !(Math.abs(lon) <= 180) || (lat === 0 && lon === 0)) return null;
  return [lat, lon, typeof altitude === 'number' && Number.isFinite(altitude) ? altitude : 0];
}

function albumMeta(album: Tree, t: Tree): AlbumMeta {
  const enrichments = [...list(album.enrichments), ...(album === t ? [] : list(t.enrichments))];
  const lines = [text(album.description)];
  let at: [number, number] | null = null;
  for (const e of enrichments) {
    const narrative = text(tree(tree(e).narrativeEnrichment).text);
    if (narrative) lines.push(narrative);
    const stops = [...list(tree(tree(e).locationEnrichment).location), ...list(tree(tree(tree(e).mapEnrichment)).origin), ...list(tree(tree(tree(e).mapEnrichment)).destination)].map(tree);
    for (const l of stops) {
      const line = [text(l.name, 500), text(l.description, 500)].filter((s) => s !== '').join(' - ');
      if (line) lines.push(line);
      const p = place({ latitude: e7(l.latitudeE7), longitude: e7(l.longitudeE7) });
      if (p) at ??= [p[0], p[1]];
    }
  }
  const comments = [...list(album.sharedAlbumComments), ...(album === t ? [] : list(t.sharedAlbumComments))].map(tree)
    .map((c) => `${text(c.contentOwnerName, 200) || '?'}: ${text(c.text, 500) || (c.liked === true ? '♥' : '')}`.trim()).slice(0, 200);
  const date = seconds(album.date);
  return { kind: 'album', title: text(album.title, 500).trim(), description: lines.filter((l) => l !== '').join('\n').slice(0, MAX_TEXT), place: at, comments, yearly: text(album.access) === '' && date === null && enrichments.length === 0 };
}
const e7 = (v: unknown): number => (typeof v === 'number' ? v / 1e7 : Number.NaN);
