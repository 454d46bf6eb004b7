// What is typed on a spare PC, and the scripts that this fetches. Everything in them is checked here, because root runs them there.
import { readFileSync } from 'node:fs';
import { isIP, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { MantelError } from '@mantel/contracts/errors.ts';
import { isVirtual } from '@mantel/runtime/network-cards.ts';
import { keyPin } from '@mantel/runtime/pairing/pair.ts';

/** As curl's --pinnedpubkey wants it: base64 SHA-256 of the certificate's public key. */
export const pinOf = (cert: string): string => keyPin(Buffer.from(cert));

/**
 * Where the house is, for somebody else in the LAN: the address of the socket that a request came in on. A Host header is what a stranger wrote, so it is never asked.
 * Somebody who asks from the house's own machine gets the address of its first real network card.
 */
export function houseAddress(at: string | undefined): string {
  const given = (at ?? '').replace(/^::ffff:/, '').replace(/%.*$/, '');
  const local = !isIP(given) || given === '::1' || given.startsWith('127.') || given.startsWith('fe80:');
  if (!local) return isIPv6(given) ? `[${given}]` : given;
  const cards = Object.entries(networkInterfaces()).filter(([name]) => !isVirtual(name)).flatMap(([, list]) => list ?? []).filter((a) => !a.internal && a.family === 'IPv4' && !a.address.startsWith('169.254.'));
  return cards[0]?.address ?? (isIP(given) && !given.startsWith('fe80:') ? (isIPv6(given) ? `[${given}]` : given) : '127.0.0.1');
}

export interface Place { address: string; port: number; pin: string; cid: string; build: string; sha: { x64: string; arm64: string } }
const PATTERNS: Record<string, RegExp> = { ADDRESS: /^([\d.]{7,15}|\[[0-9a-f:.]{2,45}\])$/, PORT: /^\d{1,5}$/, PIN: /^[A-Za-z0-9+/]{43}=$/, CID: /^[0-9a-f]{8,64}$/, BUILD: /^[0-9a-f]{16}$/, SHA_X64: /^([0-9a-f]{64})?$/, SHA_ARM64: /^([0-9a-f]{64})?$/ };
const FILES = { 'join.sh': 'join.sh', 'join.ps1': 'join.ps1', 'join.containerfile': 'Containerfile' } as const;
export type JoinFile = keyof typeof FILES;

/** One of the files of `appliance/worker`, filled in. Throws when a value does not look like what it is: nothing else may get into a script. */
export function joinFile(root: string, file: JoinFile, p: Place): string {
  const read = (name: string): string => readFileSync(join(root, 'appliance', 'worker', name), 'utf8');
  const values: Record<string, string> = { ADDRESS: p.address, PORT: String(p.port), PIN: p.pin, CID: p.cid, BUILD: p.build, SHA_X64: p.sha.x64, SHA_ARM64: p.sha.arm64 };
  for (const [name, value] of Object.entries(values)) if (!PATTERNS[name]!.test(value)) throw new MantelError('internal', `The join script cannot be made: ${name} is not usable.`);
  const fill = (text: string): string => text.replace(/@([A-Z0-9_]+)@/g, (all, name: string) => values[name] ?? all);
  // the parts of Mantel's own that are put in whole hold no placeholders of ours
  return fill(read(FILES[file])).replace('@COMMAND@', () => read('mantel').trimEnd()).replace('@UNIT@', () => read('mantel-worker.service').trimEnd());
}
/** A script that only says why there is none. */
export const refusalScript = (sentence: string): string => `#!/bin/sh\nprintf 'Error: %s\\n' '${sentence.replace(/'/g, '’').replace(/[^\x20-\x7e’→]/g, ' ')}' >&2\nexit 1\n`;

const curl = (p: Place, file: JoinFile): string => `curl -fsSk --pinnedpubkey sha256//${p.pin} https://${p.address}:${p.port}/${file}`;
export const joinLines = (p: Place): { command: string; powershell: string; container: string } => ({
  command: `${curl(p, 'join.sh')} | sudo sh`,
  // what lies there from another time is never run
  powershell: `$f = "$env:TEMP\\mantel-join.ps1"; Remove-Item $f -ErrorAction SilentlyContinue; ${curl(p, 'join.ps1').replace(/^curl/, 'curl.exe')} -o $f; if ($LASTEXITCODE -eq 0) { powershell -ExecutionPolicy Bypass -File $f }`,
  container: `${curl(p, 'join.containerfile')} | docker build --network host -t mantel-worker - && docker run -d --name mantel-worker --network host --restart unless-stopped -v mantel-worker:/var/lib/mantel-worker mantel-worker`,
});
