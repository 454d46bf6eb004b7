import type { UploadItem } from '../../data/upload-queue.ts';
import { t } from '../../strings/t.ts';

/** "12 added, 3 were here already, 1 could not be kept: The disk is full." One reason is told when all failures share it. */
export function uploadSummary(items: readonly Pick<UploadItem, 'state' | 'message'>[]): string {
  const count = (...states: UploadItem['state'][]): number => items.filter((i) => states.includes(i.state)).length;
  const added = count('created'), here = count('duplicate', 'trashed'), failed = count('failed'), cancelled = count('cancelled');
  const parts: string[] = [];
  if (added > 0) parts.push(t('upload.added', { n: added }));
  if (here > 0) parts.push(t('upload.here', { n: here }));
  if (cancelled > 0) parts.push(t('upload.cancelled', { n: cancelled }));
  if (failed > 0) {
    const reasons = new Set(items.filter((i) => i.state === 'failed').map((i) => i.message));
    parts.push(t('upload.refused', { n: failed }) + (reasons.size === 1 && [...reasons][0] ? `: ${[...reasons][0]}` : ''));
  }
  return parts.join(', ');
}
