import { originalUrl } from '../../data/assets.ts';
import type { PhotoList } from '../../data/photo-list.ts';

export const DOWNLOAD_LIMIT = 100;
const SPACING_MS = 350;

/** One browser download per original, started one after another: browsers drop those that start in the same instant. */
export function downloadAll(ids: readonly string[], model: PhotoList): void {
  let n = 0;
  for (const id of ids) {
    const row = model.rowAt(model.indexOf(id));
    if (row) setTimeout(() => download(row.fileId), SPACING_MS * n++);
  }
}

export function download(fileId: string): void {
  const a = document.createElement('a');
  a.href = originalUrl(fileId, true);
  a.download = '';
  document.body.append(a);
  a.click();
  a.remove();
}
