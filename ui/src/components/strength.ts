/** A hint, not a rule: the server only asks for eight characters. Length counts most; a repeated or well-known pattern counts little. */
export type Strength = 'short' | 'weak' | 'fair' | 'good';
export const MIN_LENGTH = 8;
const COMMON = /^(password|passwort|qwert|asdf|abcd?|letmein|iloveyou|welcome|admin|mantel|1234)/i;

export function strength(password: string): Strength {
  if (password.length < MIN_LENGTH) return 'short';
  const distinct = new Set(password.toLowerCase()).size;
  const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((r) => r.test(password)).length;
  if (distinct < 5 || COMMON.test(password)) return 'weak';
  if (password.length >= 16 || (password.length >= 12 && kinds >= 3)) return 'good';
  return password.length >= 12 || kinds >= 3 ? 'fair' : 'weak';
}
