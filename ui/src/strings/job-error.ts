import { t, type StringKey } from './t.ts';

const WORDS: Record<string, StringKey & `jobs.error.${string}`> = { undecodable: 'jobs.error.undecodable', too_large: 'jobs.error.tooLarge', timeout: 'jobs.error.timeout', bad_result: 'jobs.error.badResult' };

/** Why a job was given up, for people, and the worker's own text (`code: message`) without its code. */
export function jobError(error: string): { words: string; detail: string } {
  const [, code, message] = /^([a-z_]+): (.*)$/s.exec(error) ?? [];
  if (code === undefined) return { words: t(/^the worker\b/.test(error) ? 'jobs.error.gone' : 'jobs.error.other'), detail: error };
  if (code === 'too_large' && /pixel/.test(message!)) return { words: t('jobs.error.pixels'), detail: message! };
  return { words: t(WORDS[code] ?? 'jobs.error.other'), detail: message! };
}
