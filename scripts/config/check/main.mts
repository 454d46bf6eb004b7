// The list of checks. Programs run as processes side by side; our own rules are functions. A check passes when it has nothing to say.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { borders } from './borders.mts';
import { sizes } from './sizes.mts';
import { words } from './words.mts';

type Check = () => Promise<string>;
const program = (file: string, ...args: string[]): Check => () => new Promise((resolve) => {
  execFile(file, args, { maxBuffer: 64 << 20, timeout: 240_000 }, (error, stdout, stderr) => {
    resolve(error ? `${stdout}${stderr}`.trim() || `${file} ended with ${error.signal ?? error.code}` : '');
  });
});
const node = (script: string, ...args: string[]): Check => program(process.execPath, '--disable-warning=ExperimentalWarning', script, ...args);
const rule = (find: () => string[]): Check => async () => find().join('\n');

const CHECKS: Record<string, Check> = {
  types: node('node_modules/typescript/bin/tsc', '-p', '.'),
  'types-ui': node('node_modules/typescript/bin/tsc', '-p', 'ui', '--noEmit'),
  lint: node('node_modules/oxlint/bin/oxlint', '-c', 'scripts/config/oxlintrc.json', '--quiet', '--ignore-pattern=nodes/*/fixtures/**', '--format=unix', 'nodes', 'ui', 'scripts', 'ecosystem.config.js', ...(existsSync('plugins') ? ['plugins'] : [])),
  borders: rule(borders),
  unused: node('node_modules/knip/bin/knip.js', '--config', 'scripts/config/knip.json', '--no-progress', '--no-config-hints', '--exclude', 'types,enumMembers,duplicates'),
  openapi: program('scripts/openapi', '--check'),
  licences: program('scripts/licences', '--check'),
  sizes: rule(sizes),
  words: rule(words),
};

const names = process.argv.slice(2);
if (names[0] === '--list') { console.log(Object.keys(CHECKS).join('\n')); process.exit(0); }
const unknown = names.find((n) => !Object.hasOwn(CHECKS, n));
if (unknown) { console.error(`There is no check "${unknown}". There are: ${Object.keys(CHECKS).join(', ')}`); process.exit(2); }

let failed = 0;
const running = (names.length ? names : Object.keys(CHECKS)).map((name) => {
  const began = Date.now();
  const result = CHECKS[name]!().catch((e: unknown) => String(e));
  return { name, result: result.then((problem) => ({ problem, seconds: ((Date.now() - began) / 1000).toFixed(1) })) };
});
for (const { name, result } of running) {
  const { problem, seconds } = await result;
  if (problem) failed++;
  console.log(problem ? `FAIL ${name}\n${problem.replace(/^/gm, '     ')}` : `ok   ${name} (${seconds} s)`);
}
process.exitCode = failed ? 1 : 0;
