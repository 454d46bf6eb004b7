// The LAN that the other tests of this folder stand on: hosts reach each other, and a fault is the fault that it is called.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADDRESS, type Lan, noLan, openLan } from './rig/lan.ts';

const why = noLan();
if (why) console.warn(`SKIPPED: the tests on a LAN of network namespaces: ${why}.`);
describe.skipIf(why)('a LAN in network namespaces', () => {
  let lan: Lan;
  beforeAll(() => { lan = openLan(); });
  afterAll(() => lan.close());
  const reaches = async (): Promise<boolean> => (await lan.on('pc1', 'timeout', ['1', 'bash', '-c', `</dev/tcp/${ADDRESS.nas}/9000`]).exited) === 0;

  it('connects its hosts, and drops, cuts and restores', async () => {
    const server = lan.on('nas', process.execPath, ['-e', `require('net').createServer().listen(9000, () => console.log('listening'))`]);
    await server.line((l) => l === 'listening');
    expect(await reaches()).toBe(true);
    for (const fault of [lan.drop, lan.cut]) {
      fault('pc1');
      expect(await reaches()).toBe(false);
      lan.restore('pc1');
      await expect.poll(reaches, { timeout: 5000 }).toBe(true);
    }
  });
});
