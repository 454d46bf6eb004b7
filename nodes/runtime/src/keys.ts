import { createHash } from 'node:crypto';
import nkeys from 'nkeys.js';

/** A new NKey seed: the secret half of a node's identity on the work bus. Kept in a 0600 file, never sent. */
export const newSeed = (): string => Buffer.from(nkeys.createUser().getSeed()).toString();
/** The public half, as nats-server's configuration names it. */
export const publicKey = (seed: string): string => nkeys.fromSeed(Buffer.from(seed)).getPublicKey();
/** The id of a worker follows from its public key, never from a name or an address. */
export const nodeIdOf = (nkey: string): string => `w${createHash('sha256').update(nkey).digest('hex').slice(0, 10)}`;

/** Whether this is a public key of a user: its checksum too, so that nats-server never meets one that it cannot read. */
export function isPublicKey(nkey: string): boolean {
  try { return nkey.startsWith('U') && nkeys.fromPublic(nkey).getPublicKey() === nkey; } catch { return false; }
}
/** base64url. */
export const signText = (seed: string, text: string): string => Buffer.from(nkeys.fromSeed(Buffer.from(seed)).sign(Buffer.from(text))).toString('base64url');
export function verifyText(nkey: string, text: string, signature: string): boolean {
  try { return nkeys.fromPublic(nkey).verify(Buffer.from(text), Buffer.from(signature, 'base64url')); } catch { return false; }
}
