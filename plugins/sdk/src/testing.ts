import type { SourceContext, Store } from './import-source.ts';

const MAX_KEY = 180;
const MAX_BYTES = 512 * 1024 * 1024;

/** A store in memory, as empty as at a first run; with the limits of the house's. */
export function memoryStore(): Store {
  const documents = new Map<string, Uint8Array>();
  const checked = (key: string): string => {
    const { length } = new TextEncoder().encode(key);
    if (length < 1 || length > MAX_KEY) throw new Error(`A key of the store has 1 to ${MAX_KEY} bytes.`);
    return key;
  };
  return {
    get: async (key) => documents.get(checked(key))?.slice() ?? null,
    set: async (key, value) => {
      const others = [...documents].reduce((sum, [k, v]) => sum + (k === key ? 0 : v.length), 0);
      if (others + value.length > MAX_BYTES) throw new Error('The store is full: a plugin may keep 512 MB.');
      documents.set(checked(key), value.slice());
    },
    delete: async (key) => void documents.delete(checked(key)),
    keys: async () => [...documents.keys()].toSorted(),
  };
}

/** What a plugin is handed, for trying it out in the same process: nothing is walled in here. `lines`: what it logged. Without `fetch`, there is no network. */
export function testContext(parts: Partial<SourceContext> = {}): SourceContext & { lines: string[] } {
  const lines: string[] = [];
  return {
    signal: new AbortController().signal, store: memoryStore(), log: (message) => void lines.push(message),
    fetch: async (url) => { throw new Error(`${new URL(url).host} cannot be reached in a test; hand testContext a fetch of your own.`); },
    ...parts, lines,
  };
}
