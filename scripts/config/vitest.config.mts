// One project per unit, so that `scripts/test worker` runs one of them. Real processes and browsers come after the units, one file at a time: two cores must carry them.
// `forks`: native modules and worker threads behave as in production. `.mts`, because the root package has no "type".
import { defineConfig } from 'vitest/config';

const root = new URL('../..', import.meta.url).pathname;
const BROWSER = ['nodes/test/src/browser/**/*.test.ts', 'nodes/test/src/browser*.test.ts', '{nodes,ui}/**/*.browser.test.ts'];
const SCRIPTS = ['nodes/test/src/scripts*.test.ts', 'scripts/**/*.test.mts'];

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
      whole('system', ['nodes/test/src/**/*.test.ts'], [...BROWSER, ...SCRIPTS, ...LAN], 1),
      whole('lan', LAN, [], 2, 2),
      whole('browser', BROWSER, [], 3),
      whole('scripts', SCRIPTS, [], 4),
    ],
    teardownTimeout: 20_000,
    passWithNoTests: false,
  },
});
