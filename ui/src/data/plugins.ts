import { api, ask, toError, ApiError } from './api.ts';
import { followAndPoll } from './live.ts';
import { sourceKinds, sources } from './sources.ts';
import { createStore } from './store.ts';
import type { Plugin, PluginOffer } from './types.ts';

/** Plugins that came with Mantel, and installed ones. What runs of them changes without an event. */
export const plugins = createStore<Plugin[]>(() => ask(api.GET('/api/v1/plugins')), followAndPoll(10_000, 'plugins', 'imports'));

const of = (id: string) => ({ params: { path: { id } } });
const then = async <T>(call: Promise<T>): Promise<T> => {
  try {
    return await call;
  } finally {
    await Promise.all([plugins, sources, sourceKinds].map((s) => (s.data === undefined ? undefined : s.refresh())));
  }
};

/** Looks at a plugin; nothing is installed by that. */
export const inspectPlugin = (origin: 'folder' | 'npm', ref: string): Promise<PluginOffer> => ask(api.POST('/api/v1/plugins/inspect', { body: { origin, ref } }));
/** The same for a tarball, which is sent as a body (the route streams and is not among the generated ones). */
export async function inspectTarball(file: File, signal?: AbortSignal): Promise<PluginOffer> {
  let response;
  try {
    response = await fetch(`/api/v1/plugins/upload?name=${encodeURIComponent(file.name)}`, { method: 'POST', body: file, headers: { 'content-type': 'application/octet-stream' }, credentials: 'same-origin', ...(signal ? { signal } : {}) });
  } catch (e) {
    if (e instanceof DOMException && e.name === 'AbortError') throw e;
    throw new ApiError('network', 'The file could not be sent. Check the connection, and that the file is still there.');
  }
  if (response.ok) return await response.json() as PluginOffer;
  throw toError(response, await response.json().catch(() => null));
}
/** `permissions`: those that were shown. */
export const installPlugin = (offer: PluginOffer): Promise<Plugin> => then(ask(api.POST('/api/v1/plugins/install', { body: { token: offer.token, permissions: offer.manifest.permissions } })));
export const enablePlugin = (id: string): Promise<unknown> => then(ask(api.POST('/api/v1/plugins/{id}/enable', of(id))));
export const disablePlugin = (id: string): Promise<unknown> => then(ask(api.POST('/api/v1/plugins/{id}/disable', of(id))));
export const rollbackPlugin = (id: string): Promise<Plugin> => then(ask(api.POST('/api/v1/plugins/{id}/rollback', of(id))));
export const removePlugin = (id: string): Promise<unknown> => then(ask(api.DELETE('/api/v1/plugins/{id}', of(id))));
export const pluginLog = async (id: string, signal: AbortSignal): Promise<string[]> => (await ask(api.GET('/api/v1/plugins/{id}/log', { ...of(id), signal }))).lines;
