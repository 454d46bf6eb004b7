import { expect, it } from 'vitest';
import { child } from '../rig/children.ts';
import { cpuMs, residentMb } from './process-tree.ts';

it('counts a process with its running children and with those that ended', async () => {
  // each burns its own time; the shell in front waits for the first and lives beside the second
  const burn = 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done';
  const shell = child('bash', ['-c', `bash -c '${burn}'; bash -c '${burn}; echo burnt $$; kill -STOP $$' & echo first; wait`]);
  await shell.line((l) => l === 'first');
  const first = cpuMs(shell.process.pid!);
  expect(first).toBeGreaterThan(50);
  const second = Number((await shell.line((l) => l.startsWith('burnt'))).split(' ')[1]);
  try {
    expect(cpuMs(shell.process.pid!)).toBeGreaterThan(first + 50);
    const mb = residentMb(shell.process.pid!);
    expect(mb).toBeGreaterThan(3);
    expect(mb).toBeLessThan(200);
  } finally {
    process.kill(second, 'SIGKILL'); // the shell then ends by itself
    await shell.exited;
  }
});
it('has nothing to say of a process that is not there', () => { expect(cpuMs(2 ** 30)).toBe(0); });
