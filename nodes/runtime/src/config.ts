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

const DEFAULT_PORT = 2283;
/** `host`, `host:port`, `[IPv6]:port`. */
export function address(env: Env, name: string): { host: string; port: number } | undefined {
  const value = env[name]?.trim();
  if (!value) return undefined;
  const parts = /^(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/.exec(value) ?? (/^[0-9a-fA-F:]*:[0-9a-fA-F:]*:[0-9a-fA-F:.]*$/.test(value) ? [value, value] : undefined);
  const host = parts?.[1] ?? parts?.[2];
  const port = Number(parts?.[3] ?? DEFAULT_PORT);
  if (!host || port < 1 || port > 65535) throw new ConfigError(`${name} must be an address such as nas.local:2283 or 192.168.1.5:2283, not "${value}".`);
  return { host, port };
}

/** `slots`: how many jobs this machine works on at once; one more than cores, because a job also waits for bytes. `coordinator`: a typed address of the house; `pin`: the public key (base64 SHA-256) that its certificate must have. */
export interface WorkerConfig { paired: string; slots: number; host: string; name: string; discovery: boolean; coordinator?: { host: string; port: number }; pin?: string }
export function workerConfig(env: Env = process.env): WorkerConfig {
  const coordinator = address(env, 'MANTEL_COORDINATOR');
  const pin = env.MANTEL_PIN?.trim();
  return {
    paired: folder(env, 'MANTEL_PAIRED'), slots: integer(env, 'MANTEL_SLOTS', { min: 1, max: 64, fallback: Math.max(2, availableParallelism() + 1) }), host: hostname(), name: text(env, 'MANTEL_NAME', hostname()), discovery: onOff(env, 'MANTEL_DISCOVERY', 'on'),
    ...(coordinator ? { coordinator } : {}), ...(pin ? { pin } : {}),
  };
}
