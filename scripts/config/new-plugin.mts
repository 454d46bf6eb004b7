// scripts/new-plugin: a plugin is a copy of a template of the SDK, with its own id and name.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const USAGE = `Usage: scripts/new-plugin ID [--kind import-source|tagger] [FOLDER]   writes a plugin that works (default folder: ./ID)
       scripts/new-plugin --check FOLDER                              runs its tests and the conformance suite`;
const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
function stop(why: string, code = 2): never {
  console.error(why);
  process.exit(code);
}

function tryOut(folder: string): never {
  const tests = existsSync(join(folder, 'test')) ? readdirSync(join(folder, 'test')).filter((f) => /\.(ts|js|mjs)$/.test(f)).map((f) => join(folder, 'test', f)) : [];
  if (!existsSync(join(folder, 'manifest.json'))) stop(`There is no manifest.json in ${folder}.`, 1);
  if (!tests.length) stop(`There are no tests in ${join(folder, 'test')}.`, 1);
  const { status } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', '--import', at('nodes/plugin-runner/src/resolve.ts'), '--test', '--test-reporter=spec', ...tests], { cwd: folder, stdio: 'inherit' });
  process.exit(status ?? 1);
}

function write(id: string, kind: string, folder: string): void {
  if (!/^[a-z][a-z0-9-]{1,63}$/.test(id)) stop(`"${id}" cannot be an id: lower-case letters, digits and dashes, beginning with a letter, 2 to 64 of them.`);
  if (kind !== 'import-source' && kind !== 'tagger') stop(`There is no kind "${kind}". There are: import-source, tagger.`);
  if (existsSync(folder) && readdirSync(folder).length) stop(`${folder} is there already, and not empty. Name another folder.`, 1);
  cpSync(at(`plugins/sdk/template/${kind}`), folder, { recursive: true });
  const name = id[0]!.toUpperCase() + id.slice(1).replaceAll('-', ' ');
  for (const file of ['manifest.json', 'README.md']) {
    const path = join(folder, file);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('my-plugin', id).replaceAll('My plugin', name));
  }
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ name: `mantel-plugin-${id}`, version: '1.0.0', private: true, type: 'module' }, null, 2)}\n`);
  const shown = relative(process.cwd(), folder) || '.';
  console.log(`${name} is there: ${shown}
  manifest.json         what it is called, what it may do, and its settings
  src/index.ts          what it does
  test/conformance.ts   what it promises
  fixtures, README.md   what it is tried with, and its help page
Try it:      scripts/new-plugin --check ${shown}
Install it:  Admin → Plugins → Install from a folder`);
}

let parsed;
try {
  parsed = parseArgs({ allowPositionals: true, options: { kind: { type: 'string', default: 'import-source' }, check: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
} catch (e) { stop(`${(e as Error).message}\n${USAGE}`); }
const { values, positionals: [id, folder, ...more] } = parsed;
if (values.help) console.log(USAGE);
else if (values.check !== undefined) tryOut(resolve(values.check));
else if (id === undefined || more.length) stop(USAGE);
else write(id, values.kind, resolve(folder ?? id));
