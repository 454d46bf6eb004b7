import type { SourceContext, Store } from './import-source.ts';

/** A store in memory, as empty as at a first run. */
export function memoryStore(): Store {
  const documents = new Map<string, Uint8Array>();
  return {
    get: async (key) => documents.get(key)?.slice() ?? null,
    set: async (key, value) => void documents.set(key, value.slice()),
    delete: async (key) => void documents.delete(key),
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
