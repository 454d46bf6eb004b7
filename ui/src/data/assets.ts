import { api, ApiError, ask } from './api.ts';
import type { Asset, AssetChange, Conflict, FileTags } from './types.ts';

export const getAsset = (id: string, signal?: AbortSignal): Promise<Asset> => ask(api.GET('/api/v1/assets/{id}', { params: { path: { id } }, ...(signal ? { signal } : {}) }));
export const updateAsset = (id: string, body: AssetChange): Promise<Asset> => ask(api.PATCH('/api/v1/assets/{id}', { params: { path: { id } }, body }));
/** All tags of its files, as exiftool names them. */
export const getTags = async (id: string, signal?: AbortSignal): Promise<FileTags[]> => (await ask(api.GET('/api/v1/assets/{id}/tags', { params: { path: { id } }, ...(signal ? { signal } : {}) }))).files;
/** Make the previews of what failed once more; how many are on their way. */
export const retryPreviews = async (ids: string[]): Promise<number> => (await ask(api.POST('/api/v1/assets/retry', { body: { ids } }))).changed;
/** Decide between what is shown and what the other program, or this one, had said. */
export const settleConflict = (id: string, fact: Conflict['fact'], take: 'held' | 'lost'): Promise<Asset> => ask(api.POST('/api/v1/assets/{id}/settle', { params: { path: { id } }, body: { fact, take } }));
/** A file becomes an asset of its own; answers the one that it left. */
export async function splitFile(id: string, fileId: string): Promise<Asset> {
  await ask(api.POST('/api/v1/assets/{id}/split', { params: { path: { id } }, body: { fileId } }));
  return getAsset(id);
}

const BATCH = 1000;
async function inBatches(ids: readonly string[], send: (ids: string[]) => Promise<{ changed: number }>): Promise<number> {
  let changed = 0;
  let refused: ApiError | undefined;
  for (let i = 0; i < ids.length; i += BATCH) {
    try {
      changed += (await send(ids.slice(i, i + BATCH))).changed;
    } catch (e) {
      // The server refuses a batch when none of it is allowed; others may be.
      if (!(e instanceof ApiError) || e.code !== 'forbidden') throw e;
      refused = e;
    }
  }
  if (refused && changed === 0) throw refused;
  return changed;
}
export const favourite = (ids: readonly string[], value: boolean): Promise<number> => inBatches(ids, (part) => ask(api.POST('/api/v1/assets/favourite', { body: { ids: part, value } })));
export const archive = (ids: readonly string[], value: boolean): Promise<number> => inBatches(ids, (part) => ask(api.POST('/api/v1/assets/archive', { body: { ids: part, value } })));
export const trash = (ids: readonly string[]): Promise<number> => inBatches(ids, (part) => ask(api.POST('/api/v1/assets/trash', { body: { ids: part } })));
export const restore = (ids: readonly string[]): Promise<number> => inBatches(ids, (part) => ask(api.POST('/api/v1/assets/restore', { body: { ids: part } })));

export const thumbUrl = (fileId: string, version: string): string => `/api/v1/files/${fileId}/thumb/${version}`;
export const previewUrl = (fileId: string, version: string): string => `/api/v1/files/${fileId}/preview/${version}`;
export const originalUrl = (fileId: string, download = false): string => `/api/v1/files/${fileId}/original${download ? '?download=1' : ''}`;
/** The clip that lies inside of a picture. */
export const motionUrl = (fileId: string): string => `/api/v1/files/${fileId}/motion`;
