import { MantelError } from '@mantel/contracts/errors.ts';
import { expect, test, vi } from 'vitest';
import { gatewayHandlers, type GatewayDeps } from './gateway.service.ts';

test.each(['storage_full', 'storage_missing'] as const)('no job is handed out while the answer to it has no place: %s', async (code) => {
  const lease = vi.fn(async () => null);
  const storage = vi.fn(async () => { throw new MantelError(code); });
  const handlers = gatewayHandlers({ queue: { lease }, requireStorage: storage } as unknown as GatewayDeps);
  const ask = () => handlers['jobs.lease']({ auth: '', kinds: ['preview'], waitMs: 0 }, 'w1');
  await expect(ask()).rejects.toMatchObject({ type: code });
  expect(lease).not.toHaveBeenCalled();
  storage.mockImplementation(async () => undefined as never);
  expect(await ask()).toBeNull();
  expect(lease).toHaveBeenCalledOnce();
});
