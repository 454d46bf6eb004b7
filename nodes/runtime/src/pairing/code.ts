// What both sides of a pairing compute. Every part carries its length, so that no two different sets of parts give the same bytes.
import { createHash } from 'node:crypto';

/** `fingerprint`: SHA-256 of the certificate (DER), hex, as this side sees it: with somebody in the middle the two differ. */
export interface CodeParts { nonceW: string; nonceC: string; nkey: string; fingerprint: string; cid: string }

function digest(...parts: string[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) {
    const bytes = Buffer.from(part);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  }
  return hash.digest();
}

/** Six digits. */
export const pairingCode = (p: CodeParts): string => String(digest(p.nonceW, p.nonceC, p.nkey, p.fingerprint, p.cid).readUInt32BE(0) % 1_000_000).padStart(6, '0');
/** What the worker says before it sees the coordinator's nonce. */
export const commitTo = (nonceW: string, nkey: string): string => digest('mantel-commit', nonceW, nkey).toString('hex');

/** Hex SHA-256 of a certificate's DER. */
export const fingerprintOf = (der: Buffer): string => createHash('sha256').update(der).digest('hex');

/** What the worker's key signs. The certificate is part of it: what was signed towards somebody else's certificate is worth nothing here. */
export const startText = (p: { cid: string; fingerprint: string; commit: string }): string => `mantel-start\n${p.cid}\n${p.fingerprint}\n${p.commit}`;
export const claimText = (p: { cid: string; fingerprint: string; id: string; attempt: string }): string => `mantel-claim\n${p.cid}\n${p.fingerprint}\n${p.id}\n${p.attempt}`;

/** Names come from other machines and end on screens and terminals: no control characters, no marks that turn or hide text. */
export const printable = (text: string, max = 63): string => [...text.normalize('NFC').replace(/[\p{C}\p{Zl}\p{Zp}\uFFFD]/gu, '').trim()].slice(0, max).join('').trim();
