// The environment is read in one place and checked at boot: a wrong value stops the process with a sentence, it never becomes a default.
import { availableParallelism, hostname } from 'node:os';
import { isAbsolute, join } from 'node:path';

type Env = Record<string, string | undefined>;

export class ConfigError extends Error { override readonly name = 'ConfigError'; }

export function text(env: Env, name: string, fallback?: string): string {
  const value = env[name]?.trim() || fallback;
  if (value === undefined) throw new ConfigError(`${name} is not set. Start Mantel with scripts/start, which sets it.`);
  return value;
}

export function folder(env: Env, name: string, fallback?: string): string {
  const value = text(env, name, fallback);
  if (!isAbsolute(value)) throw new ConfigError(`${name} must be an absolute path, not "${value}".`);
  return value;
}

export function integer(env: Env, name: string, range: { min: number; max: number; fallback?: number }): number {
  const value = text(env, name, range.fallback?.toString());
  const n = Number(value);
  if (!/^\d+$/.test(value) || n < range.min || n > range.max) throw new ConfigError(`${name} must be a whole number from ${range.min} to ${range.max}, not "${value}".`);
  return n;
}

/** `on` or `off`. */
function onOff(env: Env, name: string, fallback: 'on' | 'off'): boolean {
  const value = text(env, name, fallback);
  if (value !== 'on' && value !== 'off') throw new ConfigError(`${name} must be "on" or "off", not "${value}".`);
  return value === 'on';
}

/** Where the coordinator keeps things. `data`: the family's files; `state`: database, keys, logs (needs a local disk). `shown`: the same two as people know them; a start may have mounted them elsewhere. `discovery`: says in the LAN that it is there, and looks who else is. */
export interface CoordinatorConfig { data: string; state: string; port: number; shown: { data: string; state: string }; discovery: boolean }
export function coordinatorConfig(env: Env = process.env): CoordinatorConfig {
  const data = folder(env, 'MANTEL_DATA');
  const state = folder(env, 'MANTEL_STATE', join(data, 'state'));
  return { data, state, port: integer(env, 'MANTEL_PORT', { min: 1, max: 65535, fallback: 2283 }), shown: { data: folder(env, 'MANTEL_DATA_SHOWN', data), state: folder(env, 'MANTEL_STATE_SHOWN', state) }, discovery: onOff(env, 'MANTEL_DISCOVERY', 'on') };
}

/** `slots`: how many jobs this machine works on at once; one more than cores, because a job also waits for bytes. */
export interface WorkerConfig { paired: string; slots: number; host: string; discovery: boolean }
export function workerConfig(env: Env = process.env): WorkerConfig {
  return { paired: folder(env, 'MANTEL_PAIRED'), slots: integer(env, 'MANTEL_SLOTS', { min: 1, max: 64, fallback: Math.max(2, availableParallelism() + 1) }), host: hostname(), discovery: onOff(env, 'MANTEL_DISCOVERY', 'on') };
}
