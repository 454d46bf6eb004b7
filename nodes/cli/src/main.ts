import { run } from './program.ts';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => { if (stop.signal.aborted) process.exit(130); else stop.abort(); });
process.stdout.on('error', (error: NodeJS.ErrnoException) => { if (error.code === 'EPIPE') process.exit(0); else throw error; });

try {
  process.exitCode = await run(process.argv.slice(2), { out: process.stdout, err: process.stderr, in: process.stdin, env: process.env, live: process.stderr.isTTY, signal: stop.signal });
} catch (error) {
  process.stderr.write(`Something went wrong inside the mantel command:\n${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 70;
}
