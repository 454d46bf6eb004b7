// What pm2 runs. CommonJS, because the root package has no "type". scripts/start sets the environment; pm2's home lies in the state folder.
// pm2 stops an app with SIGINT, waits kill_timeout, then kills it; wait_ready holds `pm2 start` until the app sends 'ready'.
const { existsSync } = require('node:fs');
const os = require('node:os');
const { MANTEL_DATA: data, MANTEL_STATE: state, MANTEL_PORT: port, MANTEL_SLOTS: slots } = process.env;
if (!data || !state || !port) throw new Error('MANTEL_DATA, MANTEL_STATE and MANTEL_PORT are not set. Use scripts/start.');

const node = require.resolve(`node-linux-${process.arch}/package.json`).replace(/package\.json$/, 'bin/node');
// the same path that scripts/start looked along; a whole path, because pm2 would look for a bare name in the checkout first
const nats = (process.env.PATH ?? '').split(':').map((dir) => `${dir}/nats-server`).find((file) => existsSync(file));
if (!nats) throw new Error('nats-server is not there. Use scripts/start, which installs it.');
const logs = (name) => ({ name, out_file: `${state}/logs/${name}.log`, error_file: `${state}/logs/${name}.log`, merge_logs: true, pid_file: `${state}/pm2/pids/${name}.pid` });
// treekill off: an app ends its own children in order (ffmpeg, exiftool); scripts/stop looks after what a crash leaves behind
const common = { cwd: __dirname, vizion: false, pmx: false, automation: false, treekill: false, kill_timeout: 10_000, exp_backoff_restart_delay: 100 };
// Two malloc arenas: pixels (in blocks of their own from 256 KiB) go back to the system instead of keeping one heap per thread (a worker after 170 photos: 230 MB, not 680)
const lean = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '262144' };
// A small young generation keeps the coordinator small. The worker gets more: received bytes that outlive it cost a full collection for every second photo (8 to 10 CPU ms per photo, measured)
const youngMb = { coordinator: 4, worker: 16 };
const flags = (name) => `--disable-warning=ExperimentalWarning --max-semi-space-size=${youngMb[name]}`;
const app = (name, env) => ({ ...common, ...logs(name), script: `nodes/${name}/src/main.ts`, interpreter: node, interpreter_args: flags(name), wait_ready: true, listen_timeout: 20_000, env: { ...lean, ...env } });

module.exports = { apps: [
  { ...common, ...logs('nats'), script: nats, args: ['-c', `${state}/nats/nats.conf`], interpreter: 'none', kill_timeout: 5_000 },
  app('coordinator', { MANTEL_DATA: data, MANTEL_STATE: state, MANTEL_PORT: port }),
  app('worker', { MANTEL_PAIRED: `${state}/worker/paired.json`, MANTEL_SLOTS: slots || String(Math.max(2, os.availableParallelism() + 1)) }),
  // no process of its own: runs for a moment at start and once an hour
  { ...common, ...logs('logs'), script: 'scripts/config/rotate-logs', args: [state], interpreter: '/bin/bash', autorestart: false, exp_backoff_restart_delay: 0, cron_restart: '17 * * * *' },
] };
