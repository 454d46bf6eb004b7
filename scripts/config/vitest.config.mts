// One project per unit, so that `scripts/test worker` runs one of them. Real processes come after the units, two files at a time; what measures, and browsers, one at a time: two cores must carry them.
// `forks`: native modules and worker threads behave as in production. `.mts`, because the root package has no "type".
import { defineConfig } from 'vitest/config';

const root = new URL('../..', import.meta.url).pathname;
const BROWSER = ['nodes/test/src/browser/**/*.test.ts', 'nodes/test/src/browser*.test.ts', '{nodes,ui}/**/*.browser.test.ts'];
const SCRIPTS = ['nodes/test/src/scripts*.test.ts', 'scripts/**/*.test.mts'];

// they measure how soon something happens, or load both cores themselves: nothing else runs beside them
const ALONE = ['matrix', 'random-faults', 'rogue', 'scheduling', 'steering', 'drill', 'crash', 'plugin-walls'].map((name) => `nodes/test/src/${name}.test.ts`);
// they wait for cables and clocks more than they compute, so two of them share the cores
const LAN = ['discovery', 'lan-bytes', 'lan-trouble', 'pairing-lan', 'reach', 'join'].map((name) => `nodes/test/src/${name}.test.ts`);

const shared = { root, pool: 'forks' as const, globals: false, restoreMocks: true };
const unit = (name: string, include: string[]) => ({ test: { ...shared, name, include, exclude: ['**/node_modules/**', ...BROWSER, ...SCRIPTS], testTimeout: 20_000, hookTimeout: 20_000, sequence: { groupOrder: 0 } } });
const whole = (name: string, include: string[], exclude: string[], groupOrder: number, maxWorkers = 1) => ({ test: { ...shared, name, include, exclude: ['**/node_modules/**', ...exclude], testTimeout: 90_000, hookTimeout: 90_000, maxWorkers, sequence: { groupOrder } } });

export default defineConfig({
  test: {
    projects: [
      ...['contracts', 'runtime', 'coordinator', 'worker', 'plugin-runner', 'cli'].map((name) => unit(name, [`nodes/${name}/**/*.test.ts`])),
      unit('plugins', ['plugins/**/*.test.ts']),
      unit('ui', ['ui/src/**/*.test.ts']),
      whole('system', ['nodes/test/src/**/*.test.ts'], [...BROWSER, ...SCRIPTS, ...LAN, ...ALONE], 1, 2),
      whole('alone', ALONE, [], 2),
      whole('lan', LAN, [], 3, 2),
      whole('browser', BROWSER, [], 4),
      whole('scripts', SCRIPTS, [], 5),
    ],
    teardownTimeout: 20_000,
    passWithNoTests: false,
  },
});
