import { MantelError } from '@mantel/contracts/errors.ts';
import { hash, verify } from '@node-rs/argon2';

// OWASP's argon2id settings for 2 lanes of an ordinary NAS: 19 MiB, two passes.
const SETTINGS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const MIN_LENGTH = 8;

export async function hashPassword(password: string): Promise<string> {
  if ([...password].length < MIN_LENGTH) throw new MantelError('weak_password');
  return hash(password, SETTINGS);
}

let nobody: Promise<string> | undefined;
/** Takes the same time whether the account exists or not, so that nobody can ask which addresses do. */
export async function verifyPassword(stored: string | undefined, password: string): Promise<boolean> {
  nobody ??= hash('nobody has this password', SETTINGS);
  const ok = await verify(stored ?? (await nobody), password);
  return stored !== undefined && ok;
}
