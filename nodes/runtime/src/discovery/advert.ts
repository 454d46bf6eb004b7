/** What a program of the house says of itself in the LAN. `id`: cid of a house, or id of a worker. `name`: for people. `txt`: small letters and digits as keys; short printable values. */
export interface Advert { role: Role; id: string; name: string; port: number; txt: Record<string, string> }
export type Role = 'coordinator' | 'worker';
/** Where an identity may be reached, and what was said there. */
export interface Place { host: string; port: number; txt: Record<string, string> }
/** `host`: who said so last; nothing here is proven, identity is proven by the certificate. `places`: all who claim to be it, best guess first, so that a liar cannot hide the right one. `seenAt`: ms since 1970. */
export interface Found extends Advert { host: string; seenAt: number; places: Place[] }

export const SERVICE: Record<Role, string> = { coordinator: 'mantel', worker: 'mantel-node' };
const ID: Record<Role, RegExp> = { coordinator: /^[0-9a-f]{8,64}$/, worker: /^w[0-9a-f]{10}$/ };
const VERSION = '1';
const MAX_NAME = 63;
const NAME_BYTES = 100; // mdns-js writes packets of 512 bytes at most
const MAX_TXT = 8;
const KEY = /^[a-z0-9]{1,9}$/;
const VALUE_BYTES = 40;
const RESERVED = ['v', 'id', 'name'];

/** At most 63 characters that can be shown, on one line: no control characters, none that turn the direction of text. */
function cleanName(name: string): string {
  const shown = name.normalize('NFC').replace(/[\p{C}\p{Zl}\p{Zp}\uFFFD]/gu, '').trim();
  return [...shown].slice(0, MAX_NAME).join('').trim();
}
const clip = (text: string, bytes: number): string => {
  let out = '';
  for (const c of text) {
    if (Buffer.byteLength(out + c) > bytes) break;
    out += c;
  }
  return out;
};
// mdns-js splits TXT values at dots
const escape = (value: string): string => value.replaceAll('%', '%25').replaceAll('.', '%2E');
const unescape = (value: string): string => value.replaceAll('%2E', '.').replaceAll('%25', '%');

/** TXT of an advert. Throws on what others would not accept. */
export function writeTxt(a: Advert): Record<string, string> {
  if (!ID[a.role].test(a.id)) throw new Error(`"${a.id}" is no id of a ${a.role}.`);
  if (!Number.isInteger(a.port) || a.port < 1 || a.port > 65535) throw new Error(`${a.port} is no port.`);
  const more = Object.entries(a.txt);
  for (const [key, value] of more) if (!KEY.test(key) || RESERVED.includes(key) || Buffer.byteLength(escape(value)) > VALUE_BYTES || cleanName(value) !== value) throw new Error(`"${key}=${value}" cannot be advertised.`);
  if (more.length > MAX_TXT) throw new Error(`More than ${MAX_TXT} values cannot be advertised.`);
  return { v: VERSION, id: a.id, name: clip(escape(cleanName(a.name) || a.id), NAME_BYTES), ...Object.fromEntries(more.map(([k, v]) => [k, escape(v)])) };
}

/** An advert out of what anybody in the LAN may have sent; undefined when it is none. */
export function readAdvert(role: Role, port: number, txt: readonly string[]): Advert | undefined {
  const values = new Map<string, string>();
  for (const entry of txt) {
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(entry) ?? [];
    if (key !== undefined && value !== undefined && KEY.test(key) && !values.has(key)) values.set(key, unescape(value)); // the first counts (RFC 6763)
  }
  const id = values.get('id');
  if (values.get('v') !== VERSION || id === undefined || !ID[role].test(id) || port < 1) return undefined;
  const more = [...values].filter(([k, v]) => !RESERVED.includes(k) && v.length <= VALUE_BYTES && cleanName(v) === v).slice(0, MAX_TXT);
  return { role, id, name: cleanName(values.get('name') ?? '') || id, port, txt: Object.fromEntries(more) };
}
