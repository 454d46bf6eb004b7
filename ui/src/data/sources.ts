import { api, ask } from './api.ts';
import { followKinds } from './live.ts';
import { createStore } from './store.ts';
import type { CheckResult, ImportSource, Manifest, PlaceListing } from './types.ts';

/** Sources that are set up: mine; an admin's are all. */
export const sources = createStore<ImportSource[]>(() => ask(api.GET('/api/v1/sources')), followKinds('imports', 'plugins', 'library'));
/** Kinds of source that can be set up. */
export const sourceKinds = createStore<Manifest[]>(() => ask(api.GET('/api/v1/sources/kinds')), followKinds('plugins'));

export interface SourceFields { name: string; config: Record<string, unknown>; libraryId: string; ownerId?: string; options: ImportSource['options']; schedule: string | null; watch: boolean }

const of = (id: string) => ({ params: { path: { id } } });
const then = async <T>(call: Promise<T>): Promise<T> => {
  const answer = await call;
  await sources.refresh();
  return answer;
};
/** Tries a configuration: what it finds, or what is wrong and where. `sourceId`: the source whose secrets are meant. */
export const checkSource = (pluginId: string, config: Record<string, unknown>, sourceId?: string): Promise<CheckResult> => ask(api.POST('/api/v1/sources/check', { body: { pluginId, config, ...(sourceId ? { sourceId } : {}) } }));
export const addSource = (pluginId: string, fields: SourceFields): Promise<ImportSource> => then(ask(api.POST('/api/v1/sources', { body: { pluginId, ...fields } })));
export const updateSource = (id: string, change: Partial<SourceFields> & { enabled?: boolean }): Promise<ImportSource> => then(ask(api.PATCH('/api/v1/sources/{id}', { ...of(id), body: change })));
export const removeSource = (id: string): Promise<unknown> => then(ask(api.DELETE('/api/v1/sources/{id}', of(id))));
/** Begins a run of it: it looks, and stops at the preview. Answers the run's id. */
export const runSource = async (sourceId: string): Promise<string> => (await then(ask(api.POST('/api/v1/imports', { body: { sourceId } })))).id;

/** Folders and files of the machine where Mantel runs; without a path, where it makes sense to begin. */
export const browse = (path?: string): Promise<PlaceListing> => ask(api.GET('/api/v1/sources/browse', { params: { query: path ? { path } : {} } }));
