import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { freePort, healthy, house, processes, root, script } from './scripts/commands.ts';

const home = house();
afterAll(() => home.close());
/** Where this folder is mounted a second time (fields of mountinfo: 4 the folder, 5 the place), and all that is mounted beside it. */
function mountsBeside(folder: string): string[] {
  const all = readFileSync('/proc/self/mountinfo', 'utf8').split('\n').map((line) => line.split(' '));
  const place = all.find((f) => f[3]?.endsWith(folder) && f[4]?.startsWith('/run/mantel/'))?.[4];
  return place === undefined ? [] : all.flatMap((f) => (f[4]?.startsWith(`${dirname(place)}/`) ? [f[4]] : []));
}

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
  const said = await home.start(['--data', data, '--port', String(port)], mountable ? { checkout } : {});
  if (root && !mountable) { // a container that allows no mounts: the way out is named instead
    expect(said.code).toBe(1);
    expect(said.err).toMatch(/cannot reach .*chmod o\+x/s);
    return;
  }
  expect(said, said.err).toMatchObject({ code: 0 });
  expect(await healthy(port)).toBe(true);
  expect(existsSync(join(data, 'library'))).toBe(true);
  const mounts = mountsBeside(data);
  expect(mounts.length > 3).toBe(root);
  expect(statSync(closed).mode & 0o777).toBe(0o700);
  const again = await script('start', ['--data', data], mountable ? { checkout } : {});
  expect(again).toMatchObject({ code: 0, out: said.out });
  expect(await script('stop', ['--data', data])).toMatchObject({ code: 0 });
  expect(mountsBeside(data)).toEqual([]);
  expect(mounts.filter((place) => existsSync(place))).toEqual([]);
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
  expect(readdirSync(data)).toEqual(['holiday']);
});
