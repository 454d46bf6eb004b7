import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { freePort, healthy, house, processes, root, script } from './scripts/commands.ts';

const home = house();
afterAll(() => home.close());
const mountsOf = (): string[] => readFileSync('/proc/self/mounts', 'utf8').split('\n').filter((line) => line.includes(' /run/mantel/'));

it('an empty folder that only its owner may enter becomes the service user\'s', async () => {
  const data = home.folder('closed'), port = await freePort();
  mkdirSync(data, { mode: 0o700 });
  const said = await home.start(['--data', data, '--port', String(port)]);
  expect(said, said.err).toMatchObject({ code: 0 });
  expect(await healthy(port)).toBe(true);
  expect(statSync(data).uid === 0).toBe(false);
  expect(await script('stop', ['--data', data])).toMatchObject({ code: 0 });
});

it('checkout and data below a closed folder: mounted within reach, and the mounts go with stop' /* the checkout folder itself is 0700 too, as mktemp makes it */, async () => {
  const closed = home.folder('like-root'), data = join(closed, 'data'), port = await freePort();
  mkdirSync(closed, { mode: 0o700 });
  const checkout = join(closed, 'mantel');
  const mountable = root && home.mountCheckout(checkout);
  const before = mountsOf();
  const said = await home.start(['--data', data, '--port', String(port)], mountable ? { checkout } : {});
  if (root && !mountable) { // a container that allows no mounts: the way out is named instead
    expect(said.code).toBe(1);
    expect(said.err).toMatch(/cannot reach .*chmod o\+x/s);
    return;
  }
  expect(said, said.err).toMatchObject({ code: 0 });
  expect(await healthy(port)).toBe(true);
  expect(existsSync(join(data, 'library'))).toBe(true);
  expect(mountsOf().length > before.length).toBe(root);
  expect(mountsOf().some((line) => line.includes('/data '))).toBe(root);
  expect(statSync(closed).mode & 0o777).toBe(0o700);
  const again = await script('start', ['--data', data], mountable ? { checkout } : {});
  expect(again).toMatchObject({ code: 0, out: said.out });
  expect(await script('stop', ['--data', data])).toMatchObject({ code: 0 });
  expect(mountsOf()).toEqual(before);
  expect(processes('/state').filter((p) => p.command.includes(closed))).toEqual([]);
});

it('other people\'s folders are left alone', async () => {
  const data = home.folder('theirs');
  mkdirSync(data);
  mkdirSync(join(data, 'holiday'));
  if (!root) execFileSync('chmod', ['0555', data]);
  const said = await home.start(['--data', data, '--port', String(await freePort())]);
  expect(said.code).toBe(1);
  expect(said.err).toMatch(/may not write into|cannot be made/);
  expect(statSync(data).uid).toBe(process.getuid?.());
});
