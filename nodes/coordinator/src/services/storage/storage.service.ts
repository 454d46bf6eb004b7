import type { Handlers } from '../adapter.ts';
import type { createStorage } from './storage.ts';

export const storageHandlers = (storage: ReturnType<typeof createStorage>, version: string): Handlers => ({
  'storage.status': () => storage.status(),
  'storage.health': () => ({ status: 'ok', version }),
});
