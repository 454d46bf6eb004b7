// Reads mDNS packets. The parser of mdns-js follows a name that points at itself for ever, and takes every TXT string of 192 bytes for such a pointer:
// one packet from anybody stops it. Everything here has a bound; a packet that does not hold together is dropped whole.
const POINTER = 0xc0;
const MAX_NAME = 255;
const MAX_RECORDS = 256;
const MAX_SERVICES = 64;
const MAX_STRINGS = 32;
const MAX_ADDRESSES = 16;
const A = 1; const PTR = 12; const TXT = 16; const SRV = 33;

/** What somebody says of a service. `ttl` 0: it says good-bye. `addresses`: all that its computer has, as it says itself. */
export interface Spoken { instance: string; ttl: number; port: number; txt: string[]; addresses: string[] }
/** `asks`: names that are asked for, in small letters. */
export interface Heard { asks: string[]; services: Spoken[] }

class Malformed extends Error {}

/** A name in small letters and where it ends. Pointers only lead backwards, so it ends. */
function readName(p: Buffer, start: number): { name: string; end: number } {
  const labels: string[] = [];
  let at = start; let end = 0; let before = start; let size = 0;
  for (;;) {
    const length = p.readUInt8(at);
    if ((length & POINTER) === POINTER) {
      const to = ((length & ~POINTER) << 8) | p.readUInt8(at + 1);
      if (to >= before) throw new Malformed();
      end ||= at + 2;
      at = before = to;
      continue;
    }
    if (length > 63) throw new Malformed();
    at++;
    if (length === 0) return { name: labels.join('.').toLowerCase(), end: end || at };
    size += length + 1;
    if (size > MAX_NAME || at + length > p.length) throw new Malformed();
    labels.push(p.toString('utf8', at, at + length));
    at += length;
  }
}

function readStrings(p: Buffer, from: number, to: number): string[] {
  const strings: string[] = [];
  for (let at = from; at < to && strings.length < MAX_STRINGS;) {
    const length = p.readUInt8(at++);
    if (at + length > to) throw new Malformed();
    if (length) strings.push(p.toString('utf8', at, at + length));
    at += length;
  }
  return strings;
}

function read(p: Buffer, type: string): Heard {
  const [questions, answers, authorities, additionals] = [4, 6, 8, 10].map((at) => p.readUInt16BE(at)) as [number, number, number, number];
  const records = answers + authorities + additionals;
  if (questions + records > MAX_RECORDS) throw new Malformed();
  const asks: string[] = [];
  let at = 12;
  for (let i = 0; i < questions; i++) {
    const q = readName(p, at);
    asks.push(q.name);
    at = q.end + 4;
  }
  const services = new Map<string, Spoken>();
  const suffix = `.${type}.local`;
  const service = (instance: string): Spoken | undefined => {
    if (!instance.endsWith(suffix)) return undefined;
    if (!services.has(instance) && services.size < MAX_SERVICES) services.set(instance, { instance: instance.slice(0, -suffix.length), ttl: Infinity, port: 0, txt: [], addresses: [] });
    return services.get(instance);
  };
  const addresses: string[] = [];
  for (let i = 0; i < records; i++) {
    const { name, end } = readName(p, at);
    const kind = p.readUInt16BE(end); const ttl = p.readUInt32BE(end + 4); const size = p.readUInt16BE(end + 8);
    const data = end + 10;
    at = data + size;
    if (at > p.length) throw new Malformed();
    const said = kind === PTR && name === suffix.slice(1) ? service(readName(p, data).name) : kind === SRV || kind === TXT ? service(name) : undefined;
    if (said) said.ttl = Math.min(said.ttl, ttl);
    if (said && kind === SRV && size >= 7) said.port = p.readUInt16BE(data + 4);
    if (said && kind === TXT) said.txt = readStrings(p, data, at);
    if (kind === A && size === 4 && addresses.length < MAX_ADDRESSES) addresses.push(p.subarray(data, at).join('.'));
  }
  return { asks, services: [...services.values()].map((s) => ({ ...s, addresses })) };
}

/** What a packet asks, and what it says of services of a type (`_mantel._tcp`). Undefined: not mDNS, or broken. */
export function readPacket(p: Buffer, type: string): Heard | undefined {
  try { return read(p, type); } catch { return undefined; }
}
