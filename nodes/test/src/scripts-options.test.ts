import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CHECKOUT, freePort, house, root, script } from './scripts/commands.ts';

const home = house();
afterAll(() => home.close());

describe('what a person types wrong is answered with words', () => {
  it.each([
    [['--dta', '/x'], 'Unknown option: --dta'],
    [['--port'], '--port needs a value'],
    [['--port', 'http'], 'a number from 1 to 65535, not "http"'],
    [['--port=70000'], 'a number from 1 to 65535, not "70000"'],
    [['extra'], 'Unknown option: extra'],
  ])('start %j', async (args, words) => {
    const said = await script('start', args);
    expect(said.code).toBe(2);
    expect(said.err).toContain(words);
    expect(said.err).toContain('Usage: scripts/start');
    expect(said.out).toBe('');
  });

  it('stop knows its own options only', async () => {
    const said = await script('stop', ['--port', '1']);
    expect(said).toMatchObject({ code: 2, out: '' });
    expect(said.err).toContain('Unknown option: --port');
  });

  it('--help answers with the options', async () => {
    const said = await script('start', ['--help']);
    expect(said.code).toBe(0);
    expect(said.out).toContain('--data DIR');
  });

  it('a file is no data folder', async () => {
    writeFileSync(home.folder('file'), '');
    const said = await script('start', ['--data', home.folder('file')]);
    expect(said.code).toBe(1);
    expect(said.err).toContain('is a file, not a folder');
  });

  it('a user who does not exist, or a user from somebody who may not choose', async () => {
    const said = await script('start', ['--data', home.folder('nobody'), '--user', 'nobody-of-that-name']);
    expect(said.code).toBe(1);
    expect(said.err).toContain(root ? 'There is no user "nobody-of-that-name"' : '--user and --group need root');
  });

  it('root as the service user is refused', async () => {
    const said = await script('start', ['--data', home.folder('root'), '--user', 'root']);
    expect(said.code).toBe(1);
    expect(said.err).toMatch(/does not run as root|need root/);
  });

  it('a port that another program uses', async () => {
    const port = await freePort();
    const other = createServer().listen(port, '127.0.0.1');
    await new Promise((r) => { other.once('listening', r); });
    const said = await script('start', ['--data', home.folder('taken'), '--port', String(port)]);
    other.close();
    expect(said.code).toBe(1);
    expect(said.err).toContain(`Port ${port} is used by another program`);
  });

  it('stop is harmless where nothing runs, and where nothing is', async () => {
    mkdirSync(home.folder('empty'));
    for (const name of ['empty', 'never-made']) {
      const said = await script('stop', ['--data', home.folder(name)]);
      expect(said).toMatchObject({ code: 0, err: 'Nothing runs there.\n' });
    }
  });

  it('eval judges an export, or says how it is used', async () => {
    expect(await script('eval', ['--help'])).toMatchObject({ code: 0, err: expect.stringContaining('Usage: scripts/eval media') as string });
    writeFileSync(home.folder('export.ndjson'), '');
    const said = await script('eval', ['media', '--manifest', join(CHECKOUT, 'nodes/test/fixtures/media/MANIFEST.json'), '--export', home.folder('export.ndjson')]);
    expect(said.code).toBe(1);
    expect(said.out).toMatch(/^miss +\S+\.jpg: date: .*found not in the library$/m);
    expect(said.out).toMatch(/^score +0 of \d+ = 0\.0 %$/m);
  });
});
