import { MantelError } from '@mantel/contracts/errors.ts';
import { hash, verify } from '@node-rs/argon2';

// OWASP's argon2id settings for 2 lanes of an ordinary NAS: 19 MiB, two passes.
const SETTINGS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const MIN_LENGTH = 8;
const WORST = new Set(['password', 'password1', 'passw0rd', '12345678', '123456789', '1234567890', 'qwertyui', 'qwertyuiop', 'qwerty123', 'iloveyou', 'sunshine', 'princess', 'football', 'baseball', 'superman', 'trustno1', 'letmein1', 'welcome1', 'abcd1234', '1q2w3e4r', '1qaz2wsx', 'administrator', 'mantel123']);

export async function hashPassword(password: string): Promise<string> {
  if ([...password].length < MIN_LENGTH) throw new MantelError('weak_password');
  if (WORST.has(password.toLowerCase()) || new Set(password).size < 3) throw new MantelError('weak_password', 'This password is among the first that anybody tries. Choose another one.');
  return hash(password, SETTINGS);
}

let nobody: Promise<string> | undefined;
/** Takes the same time whether the account exists or not, so that nobody can ask which addresses do. */
export async function verifyPassword(stored: string | undefined, password: string): Promise<boolean> {
  nobody ??= hash('nobody has this password', SETTINGS);
  const ok = await verify(stored ?? (await nobody), password);
  return stored !== undefined && ok;
}
