// What a worker keeps of its pairing: small files for their owner only, always whole.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { newSeed, publicKey } from '../keys.ts';

export function writeWhole(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, text, { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
}

/** The seed of this machine's key: made once, kept for good; it is who this machine is. */
export function keptSeed(file: string): string {
  if (!existsSync(file)) writeWhole(file, newSeed());
  const seed = readFileSync(file, 'utf8').trim();
  try { publicKey(seed); } catch (cause) { throw new Error(`The key in ${file} cannot be read. Delete the file and pair this computer again.`, { cause }); }
  return seed;
}
