import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, coordinatorConfig, workerConfig } from './config.ts';
import { createLogger, logLevel } from './logger.ts';
import { readPaired, type Paired } from './paired.ts';

describe('configuration', () => {
  it('has the documented defaults', () => {
    expect(coordinatorConfig({ MANTEL_DATA: '/d' })).toEqual({ data: '/d', state: '/d/state', port: 2283, shown: { data: '/d', state: '/d/state' }, discovery: true });
    expect(workerConfig({ MANTEL_PAIRED: '/p.json' }).slots).toBeGreaterThanOrEqual(2);
  });
  it.each([[{}, /MANTEL_DATA is not set/], [{ MANTEL_DATA: 'data' }, /absolute path/], [{ MANTEL_DATA: '/d', MANTEL_PORT: '99999' }, /from 1 to 65535/], [{ MANTEL_DATA: '/d', MANTEL_PORT: '0x10' }, /whole number/]])('%j stops the boot', (env, words) => {
    expect(() => coordinatorConfig(env)).toThrow(ConfigError);
    expect(() => coordinatorConfig(env)).toThrow(words);
  });
  it('is silent in the LAN when told so, in these words only', () => {
    expect(workerConfig({ MANTEL_PAIRED: '/p', MANTEL_DISCOVERY: 'off' }).discovery).toBe(false);
    expect(() => coordinatorConfig({ MANTEL_DATA: '/d', MANTEL_DISCOVERY: 'no' })).toThrow(/"on" or "off"/);
  });
  it('refuses no slots at all', () => { expect(() => workerConfig({ MANTEL_PAIRED: '/p', MANTEL_SLOTS: '0' })).toThrow(/MANTEL_SLOTS/); });
  it('refuses an unknown log level', () => { expect(() => logLevel('info', { MANTEL_LOG: 'loud' })).toThrow(/MANTEL_LOG is "loud"/); expect(logLevel('info', {})).toBe('info'); });
});

describe('logger', () => {
  it('hides secrets and the key part of addresses', () => {
    const lines: string[] = [];
    const log = createLogger('n', { level: 'info', to: { write: (line: string) => { lines.push(line); } } });
    log.info({ token: 'SECRET', params: { auth: 'SECRET', deep: { password: 'SECRET' } }, url: '/b?s=SECRET' }, 'hello');
    log.child({ job: 1 }).error({ err: new Error('boom') }, 'bad');
    expect(lines.join('')).not.toContain('SECRET');
    expect(JSON.parse(lines[0]!)).toMatchObject({ level: 'info', node: 'n', msg: 'hello', url: '/b' });
    expect(JSON.parse(lines[1]!)).toMatchObject({ level: 'error', job: 1, err: { message: 'boom' } });
  });
});

describe('pairing file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mantel-paired-'));
  afterAll(() => { rmSync(folder, { recursive: true, force: true }); });
  const good: Paired = { id: 'w0123456789', token: 'x'.repeat(32), seed: 'SUAAA', cid: '0123456789abcdef', cert: '-----BEGIN CERTIFICATE-----\n', host: '127.0.0.1', port: 2283, natsPort: 4222, name: 'pc' };
  const file = (name: string, content: string): string => { const path = join(folder, name); writeFileSync(path, content); return path; };
  it('is read', () => { expect(readPaired(file('good', JSON.stringify(good)))).toEqual(good); });
  it.each([['no.json', undefined], ['text', 'hello'], ['half', JSON.stringify({ ...good, token: undefined })], ['port', JSON.stringify({ ...good, port: 0 })]])('%s: says what to do, and nothing of its content', (name, content) => {
    const path = content === undefined ? join(folder, name) : file(name, content);
    expect(() => readPaired(path)).toThrow(/pair this computer again/);
    try { readPaired(path); } catch (e) { expect((e as Error).message).not.toContain(good.seed); }
  });
});
