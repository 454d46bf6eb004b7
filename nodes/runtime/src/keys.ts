import nkeys from 'nkeys.js';

/** A new NKey seed: the secret half of a node's identity on the work bus. Kept in a 0600 file, never sent. */
export const newSeed = (): string => Buffer.from(nkeys.createUser().getSeed()).toString();
/** The public half, as nats-server's configuration names it. */
export const publicKey = (seed: string): string => nkeys.fromSeed(Buffer.from(seed)).getPublicKey();
