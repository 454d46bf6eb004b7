import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fakeMantel, refuse, TOKEN, workbench, type FakeMantel } from './fake-mantel.ts';

let server: FakeMantel;
let bench: ReturnType<typeof workbench>;
beforeEach(async () => { server = await fakeMantel(); bench = workbench(); });
afterEach(async () => { await server.close(); bench.close(); });
const env = { MANTEL_TOKEN: TOKEN };

describe('signing in', () => {
  test('remembers the token for its owner only, and only for this address', async () => {
    expect(await bench.mantel(['login', '--url', server.url, '--email', 'ana@home'], { env: { MANTEL_PASSWORD: 'right' } })).toMatchObject({ code: 0, out: expect.stringContaining('as Ana (admin)') });
    const file = path.join(bench.folder, '.config/mantel/cli.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await bench.mantel(['user', 'list'])).out).toContain('ana@home');
    const other = await fakeMantel();
    expect(await bench.mantel(['--url', other.url, 'user', 'list'])).toMatchObject({ code: 1, err: expect.stringContaining(`mantel login --url ${other.url}`) });
    expect(other.asked.map((a) => a.token)).toEqual([null]);
    await other.close();
    expect((await bench.mantel(['logout'])).code).toBe(0);
    expect(readFileSync(file, 'utf8')).not.toContain(TOKEN);
  });
  test('the password may come from the input; a wrong one is told in the words of the server', async () => {
    expect((await bench.mantel(['login', '--url', server.url, '--email', 'ana@home'], { input: 'right\n' })).code).toBe(0);
    expect(await bench.mantel(['login', '--url', server.url, '--email', 'ana@home'], { input: 'wrong\n' })).toEqual({ code: 1, out: '', err: 'E-mail or password is wrong.\n' });
  });
  test('a spoiled login file says what to do', async () => {
    await bench.mantel(['login', '--url', server.url, '--email', 'ana@home'], { env: { MANTEL_PASSWORD: 'right' } });
    writeFileSync(path.join(bench.folder, '.config/mantel/cli.json'), '{');
    expect(await bench.mantel(['status'])).toMatchObject({ code: 1, err: expect.stringContaining('Remove') });
  });
});

describe('asking', () => {
  const ask = (...args: string[]): ReturnType<typeof bench.mantel> => bench.mantel(['--url', server.url, ...args], { env });
  test('status, for people and for programs', async () => {
    expect((await ask('status')).out).toMatch(/Mantel 9\.9\.9 .*\n.*\nFamily .*1,234\n.*1\.0 GB of originals/s);
    expect(JSON.parse((await ask('status', '--json')).out)).toMatchObject({ status: 'ok', user: { name: 'Ana' }, jobs: [{ kind: 'preview' }] });
  });
  test('a member is not asked for what only admins may see', async () => {
    server.answer = (a) => (a.url === '/auth/me' ? { status: 200, body: { name: 'Ben', role: 'member' } } : undefined);
    expect((await ask('status')).code).toBe(0);
    expect(server.asked.map((a) => a.url)).not.toContain('/jobs');
  });
  test('jobs and nodes', async () => {
    expect((await ask('jobs')).out).toContain('preview');
    expect((await ask('jobs', 'retry', 'preview')).out).toBe('preview: 3 wait again\n');
    expect((await ask('jobs', 'pause', 'preview')).code).toBe(0);
    expect((await ask('nodes')).out).toContain('nas (this machine)');
    expect((await ask('nodes', 'metrics-token')).out).toBe('a-metrics-token\n');
  });
  test('a person is added', async () => {
    expect((await bench.mantel(['--url', server.url, 'user', 'add', 'ben@home', '--name', 'Ben'], { env: { ...env, MANTEL_USER_PASSWORD: 'long enough' } })).out).toContain('Ben (ben@home)');
    expect(server.asked.at(-1)?.body).toEqual({ email: 'ben@home', name: 'Ben', role: 'member', password: 'long enough' });
  });
  test('export to the screen and to a file, by name of the library', async () => {
    expect((await ask('assets', 'export')).out).toBe('{"id":"1"}\n{"id":"2"}\n');
    const file = path.join(bench.folder, 'all.ndjson');
    expect((await ask('assets', 'export', '--library', 'family', '--out', file)).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe('{"id":"3"}\n');
    expect(await ask('assets', 'export', '--library', 'nobody', '--out', `${file}2`)).toMatchObject({ code: 2, err: expect.stringContaining('You can use: Family') });
    expect(existsSync(`${file}2`)).toBe(false);
  });
});

describe('when it does not work', () => {
  test.each([[['jobs', 'pause', 'everything']], [['no-such-command']], [['import', 'folder']], [['user', 'add', 'a@b']], [['--url', 'ftp://x', 'status']], [['status', '--bogus']], [['jobs', 'extra']]])('%j is bad usage', async (args) => expect(await bench.mantel(args, { env })).toMatchObject({ code: 2, err: expect.stringMatching(/\S/) }));
  test('help is no error', async () => expect(await bench.mantel(['import', 'folder', '--help'])).toMatchObject({ code: 0, out: expect.stringContaining('--dry-run') }));
  test("the server's sentence is what is said", async () => {
    server.answer = () => refuse(403, 'forbidden', 'You do not have the right to do this.');
    expect(await bench.mantel(['--url', server.url, 'nodes'], { env })).toEqual({ code: 1, out: '', err: 'You do not have the right to do this.\n' });
  });
  test('nobody there, or somebody else', async () => {
    const { url } = server;
    server.answer = () => ({ status: 502, body: '<html>' });
    expect(await bench.mantel(['--url', url, 'nodes'], { env })).toMatchObject({ code: 1, err: expect.stringContaining('not in the way of a Mantel') });
    server.answer = () => 'cut';
    expect(await bench.mantel(['--url', url, 'nodes'], { env })).toMatchObject({ code: 1, err: expect.stringContaining('does not answer') });
    await server.close();
    expect(await bench.mantel(['--url', url, 'nodes'], { env })).toMatchObject({ code: 1, err: expect.stringContaining('nothing listens there') });
  });
});

describe('TLS', () => {
  const keys = { key: '', cert: '' };
  let folder: ReturnType<typeof workbench>;
  beforeAll(() => {
    folder = workbench();
    for (const name of ['one', 'two']) execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=x.mantel', '-addext', 'subjectAltName=DNS:x.mantel', '-keyout', `${folder.folder}/${name}.key`, '-out', `${folder.folder}/${name}.crt`], { stdio: 'ignore' });
    const make = (...args: string[]): unknown => execFileSync('openssl', args, { cwd: folder.folder, stdio: 'ignore' });
    make('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=authority', '-keyout', 'ca.key', '-out', 'ca.crt');
    make('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=leaf', '-keyout', 'leaf.key', '-out', 'leaf.csr');
    make('x509', '-req', '-in', 'leaf.csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-out', 'leaf.crt');
    Object.assign(keys, { key: readFileSync(`${folder.folder}/one.key`, 'utf8'), cert: readFileSync(`${folder.folder}/one.crt`, 'utf8') });
  });
  afterAll(() => folder.close());
  test('a self-signed certificate needs --cert (exactly this one) or --insecure', async () => {
    const secure = await fakeMantel(keys);
    try {
      expect(await bench.mantel(['--url', secure.url, 'nodes'], { env })).toMatchObject({ code: 1, err: expect.stringContaining('--cert') });
      expect(secure.asked).toEqual([]); // the token did not leave
      expect((await bench.mantel(['--url', secure.url, '--insecure', 'nodes'], { env })).code).toBe(0);
      expect((await bench.mantel(['--url', secure.url, '--cert', `${folder.folder}/one.crt`, 'nodes'], { env })).code).toBe(0);
      secure.asked.length = 0;
      expect((await bench.mantel(['--url', secure.url, '--cert', `${folder.folder}/two.crt`, 'nodes'], { env })).code).toBe(1);
      expect(secure.asked).toEqual([]);
      expect((await bench.mantel(['--url', secure.url, '--cert', '/nowhere', 'nodes'], { env })).code).toBe(2);
    } finally {
      await secure.close();
    }
  });
  test('another certificate of the same authority is not the pinned one', async () => {
    const signed = await fakeMantel({ key: readFileSync(`${folder.folder}/leaf.key`, 'utf8'), cert: readFileSync(`${folder.folder}/leaf.crt`, 'utf8') });
    try {
      expect(await bench.mantel(['--url', signed.url, '--cert', `${folder.folder}/ca.crt`, 'nodes'], { env })).toMatchObject({ code: 1, err: expect.stringContaining('another certificate') });
      expect(signed.asked).toEqual([]);
    } finally {
      await signed.close();
    }
  });
});

test('main.ts: the exit code reaches the shell', () => {
  const main = path.join(import.meta.dirname, 'main.ts');
  const started = (args: string[]): string => execFileSync(process.execPath, [main, ...args], { env: { HOME: bench.folder, PATH: process.env.PATH }, encoding: 'utf8', stdio: 'pipe' });
  expect(started(['--help'])).toContain('import');
  expect(() => started(['bogus'])).toThrow(expect.objectContaining({ status: 2 }));
  expect(() => started(['--url', 'http://127.0.0.1:9', 'status'])).toThrow(expect.objectContaining({ status: 1 }));
});
