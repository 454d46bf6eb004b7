// What is told when nobody can be found; the child process that speaks mDNS is played here.
import { expect, test, vi } from 'vitest';
import { createLogger } from '../logger.ts';
import { NO_DISCOVERY, startDiscovery } from './discovery.ts';
import type { ChildOptions } from './process.ts';

const child = vi.hoisted(() => ({ options: undefined as ChildOptions | undefined }));
vi.mock('./process.ts', () => ({ keepChild: (o: ChildOptions) => { child.options = o; return { ask: () => undefined, restart: () => undefined, stop: async () => undefined }; } }));

test('why nobody is found is there to be shown, until it works', async () => {
  const discovery = startDiscovery({ browse: 'worker', onChange: () => undefined, log: createLogger('test', { level: 'silent' }) });
  const { died, heard } = child.options!;
  expect(discovery.trouble()).toBeNull();
  died({ code: 'EADDRINUSE', again: 1000 });
  expect(discovery.trouble()).toMatch(/port 5353 to itself.*disallow-other-stacks/);
  died({ code: 'EACCES', again: 1000 });
  expect(discovery.trouble()).toMatch(/does not let Mantel speak mDNS/);
  died({ code: null, again: 1000 });
  expect(discovery.trouble()).toMatch(/was interrupted/);
  heard({ is: 'up', cards: ['192.168.1.20'] });
  expect(discovery.trouble()).toBeNull();
  died({ code: 'addresses', again: 1000 }); // other addresses: no trouble
  expect(discovery.trouble()).toBeNull();
  await discovery.stop();
  expect(NO_DISCOVERY.trouble()).toBeNull();
});
