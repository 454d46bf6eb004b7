import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { CHECKOUT, house, library, root, script } from './scripts/commands.ts';

const home = house();
afterAll(() => home.close());
const me = process.getuid?.();

function fill(folder: string, files: string[]): void {
  for (const name of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), 'x');
  }
}
/** Owner, rights and time of everything below a folder. */
const picture = (folder: string): unknown => [folder, ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((n) => join(folder, n))].toSorted().map((path) => {
  const { uid, gid, mode, ctimeMs } = lstatSync(path);
  return { path, uid, gid, mode, ctimeMs };
});
const MARKS = ['instance.conf', 'cluster/id'];

it.each([
  ['somebody\'s papers', ['letters.txt', 'taxes/2020.pdf']],
  ['one mark and other things', ['instance.conf', 'letters.txt']],
  ['the other mark and other things', ['cluster/id', 'letters.txt']],
  ['the marks of a data folder', ['library/.mantel/root.json', 'letters.txt']],
])('a used state folder is refused and stays as it is: %s', async (name, files) => {
  const state = home.folder(name), data = home.folder(`data of ${name}`);
  fill(state, files);
  const before = picture(state);
  const said = await script('start', ['--data', data, '--state', state]);
  expect(said).toMatchObject({ code: 1, out: '' });
  expect(said.err).toContain('has other things in it, and no Mantel was there before. Nothing was changed.');
  expect(picture(state)).toEqual(before);
  expect(existsSync(data)).toBe(false);
});

it.each(['/', '/etc', '/etc/mantel', '/usr', '/usr/lib/x', '/var', '/var/lib', '/home', '/root', '/bin', '/lib', '/run/mantel/x'])('a folder of the system is refused: %s', async (folder) => {
  for (const args of [['--data', folder], ['--data', home.folder('fine'), '--state', folder]]) {
    const said = await script('start', args);
    expect(said.code).toBe(1);
    expect(said.err).toContain('is a folder of the system');
  }
  expect(existsSync(home.folder('fine'))).toBe(false);
});

// Somebody who may follow a note (it is their own file) is still kept out of a folder without marks; root follows no note, marks or not.
const victim = (name: string): string => {
  fill(home.folder(name), root ? [...MARKS, 'letters.txt'] : ['letters.txt']);
  return home.folder(name);
};
it('a forged note about the state folder leads nowhere', async () => {
  const data = home.folder('noted'), other = victim('victim of a note');
  fill(data, ['library/.mantel/root.json']);
  writeFileSync(join(data, '.mantel-state'), `${other}\n`);
  const before = [picture(data), picture(other)];
  for (const command of root ? ['start', 'stop'] : ['start']) {
    const said = await script(command, ['--data', data]);
    expect(said.code).toBe(1);
    expect(said.err).toContain(root ? 'root does not follow it' : 'Nothing was changed');
  }
  expect([picture(data), picture(other)]).toEqual(before);
  rmSync(join(data, '.mantel-state'));
  symlinkSync('/etc/passwd', join(data, '.mantel-state')); // nor is it read through a link
  expect(library('echo "$STATE"', ['--data', data])).toMatchObject(root ? { code: 0, out: `${data}/state\n` } : { out: expect.not.stringContaining(other) as string });
});

it('a state folder that was replaced by a link leads nowhere', async () => {
  const data = home.folder('linked'), other = victim('victim of a link');
  fill(data, ['library/.mantel/root.json']);
  symlinkSync(other, join(data, 'state'));
  const before = picture(other);
  const said = await script('start', ['--data', data]);
  expect(said.code).toBe(1);
  expect(said.err).toContain(root ? 'is a link. Root does not follow it' : 'Nothing was changed');
  expect(picture(other)).toEqual(before);
});

it('settings in the state folder name no user, and bash does not compute their port', () => {
  const data = home.folder('settings');
  fill(join(data, 'state'), MARKS);
  writeFileSync(join(data, 'state/instance.conf'), `port=a[$(touch ${home.folder('pwned')})]\nport=2299\nuser=daemon\ngroup=daemon\n`);
  const said = library('choose_user; echo "$RUN_USER $(saved_port)"', ['--data', data]);
  expect(said, said.err).toMatchObject({ code: 0, out: `${root ? 'mantel' : execFileSync('id', ['-un'], { encoding: 'utf8' }).trim()} 2299\n` });
  expect(existsSync(home.folder('pwned'))).toBe(false);
});

it('giving a restored folder away follows no link and leaves another Mantel inside alone', () => {
  const data = home.folder('restored'), outside = home.folder('outside');
  fill(outside, ['letters.txt']);
  fill(data, ['library/.mantel/root.json', 'library/a b/[1].jpg', 'state/instance.conf', 'state/cluster/id', 'old [x]/instance.conf', 'old [x]/cluster/id', 'old [x]/mantel.db']);
  symlinkSync(outside, join(data, 'library/folder'));
  symlinkSync(join(outside, 'letters.txt'), join(data, 'library/file'));
  const before = picture(outside);
  const said = library('choose_user; give_folder "$DATA" is_data; id -u "$RUN_USER"', ['--data', data, ...(root ? ['--user', 'nobody'] : [])]);
  expect(said.code, said.err).toBe(0);
  const user = Number(said.out);
  expect(user === me).toBe(!root);
  for (const name of ['.', 'library/a b/[1].jpg', 'library/folder', 'library/file', 'state/cluster/id']) expect(lstatSync(join(data, name)).uid, name).toBe(user);
  for (const name of ['.', 'mantel.db', 'cluster/id']) expect(statSync(join(data, 'old [x]', name)).uid, name).toBe(me);
  expect(picture(outside)).toEqual(before);
});

it('a run-time folder that is a link is not used; its own is closed to the service but for the sockets', () => {
  const data = home.folder('run'), other = home.folder('victim of the run-time folder');
  fill(other, ['letters.txt']);
  const before = picture(other);
  const lines = 'choose_user; mkdir -p "$(dirname "$RUN_FOLDER")"; [ -z "${LINK-}" ] || ln -s "$LINK" "$RUN_FOLDER"; trap \'[ -L "$RUN_FOLDER" ] && rm "$RUN_FOLDER"\' EXIT;';
  const said = library(`LINK='${other}'; ${lines} run_folder`, ['--data', data]);
  expect(said.code).toBe(1);
  expect(said.err).toContain('is a link or belongs to somebody else');
  expect(picture(other)).toEqual(before);
  const own = library('choose_user; run_folder; stat -c "%u %a" "$RUN_FOLDER"; stat -c %U:%a "$RUN_FOLDER/sockets"; echo "$RUN_USER"; drop_run_folder; ! [ -e "$RUN_FOLDER" ]', ['--data', data]);
  const [folder, sockets, user] = own.out.split('\n');
  expect(own.code, own.err).toBe(0);
  expect(folder).toBe(`${me} ${root ? '710' : '700'}`);
  expect(sockets).toBe(`${user}:700`);
});

it('the nats-server that is looked for is the one that runs', () => {
  const found = library('for_service command -v nats-server', ['--data', home.folder('nats')]).out.trim();
  const configured = (path: string): string => execFileSync(process.execPath, ['-p', 'require(process.argv[1]).apps[0].script', join(CHECKOUT, 'ecosystem.config.js')], { encoding: 'utf8', stdio: 'pipe', env: { PATH: path, MANTEL_DATA: '/d', MANTEL_STATE: '/s', MANTEL_PORT: '1' } }).trim();
  const path = library('echo "$SERVICE_PATH"', ['--data', home.folder('nats')]).out.trim();
  expect(configured(path)).toBe(found);
  fill(home.folder('bin'), ['nats-server']);
  expect(configured(`${home.folder('bin')}:${path}`)).toBe(join(home.folder('bin'), 'nats-server'));
  expect(() => configured(home.folder('no-bin'))).toThrow(/nats-server is not there/);
});
