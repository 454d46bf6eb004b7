import { api, ask } from './api.ts';
import { followKinds } from './live.ts';
import { createStore, type Store } from './store.ts';
import type { Certificate, EntryOutcome, ImportOptions, ImportRun, RunEntry, RunState } from './types.ts';

/** States in which numbers move by themselves. */
const MOVING: readonly RunState[] = ['collecting', 'scanning', 'running', 'undoing'];
export const isMoving = (run: Pick<ImportRun, 'state'> | undefined): boolean => run !== undefined && MOVING.includes(run.state);

/** Hints tell when something happened; rates and times are asked for while they move and somebody looks. */
const followWhile = (moves: () => boolean, ms: number) => (changed: () => void): (() => void) => {
  const unfollow = followKinds('imports')(changed);
  const asking = setInterval(() => { if (document.visibilityState === 'visible' && moves()) changed(); }, ms);
  return () => { unfollow(); clearInterval(asking); };
};

export const imports: Store<ImportRun[]> = createStore<ImportRun[]>(() => ask(api.GET('/api/v1/imports')), followWhile(() => imports.data?.some(isMoving) ?? false, 3000));

const of = (id: string) => ({ params: { path: { id } } });
let one: { id: string; store: Store<ImportRun> } | undefined;
export function runStore(id: string): Store<ImportRun> {
  if (one?.id === id) return one.store;
  const store: Store<ImportRun> = createStore<ImportRun>(() => ask(api.GET('/api/v1/imports/{id}', of(id))), followWhile(() => isMoving(store.data), 1500));
  one = { id, store };
  return store;
}
/** What the server answered is shown at once. */
async function shown(answer: Promise<ImportRun>): Promise<ImportRun> {
  const run = await answer;
  if (one?.id === run.id) one.store.set(run);
  if (imports.data) imports.set(imports.data.some((r) => r.id === run.id) ? imports.data.map((r) => (r.id === run.id ? run : r)) : [run, ...imports.data]);
  return run;
}

export interface NewRun { sourceId?: string; pluginId?: string; config?: Record<string, unknown>; libraryId?: string; ownerId?: string; options?: ImportOptions; parts?: { name: string; bytes: number }[] }
export const createRun = (body: NewRun): Promise<ImportRun> => shown(ask(api.POST('/api/v1/imports', { body })));
export const changeRun = (id: string, body: { libraryId?: string; options?: ImportOptions }): Promise<ImportRun> => shown(ask(api.PATCH('/api/v1/imports/{id}', { ...of(id), body })));
export const startRun = (id: string): Promise<ImportRun> => shown(ask(api.POST('/api/v1/imports/{id}/start', of(id))));
export const pauseRun = (id: string): Promise<ImportRun> => shown(ask(api.POST('/api/v1/imports/{id}/pause', of(id))));
export const resumeRun = (id: string): Promise<ImportRun> => shown(ask(api.POST('/api/v1/imports/{id}/resume', of(id))));
export const cancelRun = (id: string): Promise<ImportRun> => shown(ask(api.POST('/api/v1/imports/{id}/cancel', of(id))));
export const undoRun = (id: string): Promise<ImportRun> => shown(ask(api.POST('/api/v1/imports/{id}/undo', of(id))));
export const retryRun = (id: string): Promise<ImportRun> => shown(ask(api.POST('/api/v1/imports/{id}/retry', of(id))));

export interface EntryQuery { outcome?: EntryOutcome; search?: string; after?: number; limit?: number }
export const runEntries = (id: string, query: EntryQuery, signal?: AbortSignal): Promise<{ entries: RunEntry[]; next: number | null }> => ask(api.GET('/api/v1/imports/{id}/entries', { params: { path: { id }, query }, ...(signal ? { signal } : {}) }));
export const reportUrl = (id: string, format: 'csv' | 'json'): string => `/api/v1/imports/${id}/report?format=${format}`;

export const certify = (id: string, copy?: string): Promise<ImportRun> => shown(ask(api.POST('/api/v1/imports/{id}/certify', { ...of(id), body: copy ? { copy } : {} })));
export const certificate = (id: string): Promise<Certificate | null> => ask(api.GET('/api/v1/imports/{id}/certificate', of(id)));
export const pluginHelp = async (id: string): Promise<string> => (await ask(api.GET('/api/v1/plugins/{id}/help', of(id)))).markdown;
