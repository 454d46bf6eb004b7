import { expect, test } from 'vitest';
import { ApiError } from './api.ts';
import type { UploadResult } from './types.ts';
import { UploadQueue, type UploadItem } from './upload-queue.ts';

interface Sending { item: UploadItem; progress: (n: number) => void; signal: AbortSignal; ok: (r?: Partial<UploadResult>) => void; fail: (e: Error) => void }
const file = (name: string, size = 100): File => new File([new Uint8Array(size)], name);
const parcel = (name: string, size?: number): { file: File; folder: string } => ({ file: file(name, size), folder: '' });
const settled = (): Promise<void> => new Promise((r) => setImmediate(r));

function rig(): { queue: UploadQueue; sending: Sending[]; states: () => string[] } {
  const sending: Sending[] = [];
  const queue = new UploadQueue((item, progress, signal) => new Promise<UploadResult>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
    sending.push({ item, progress, signal, fail: reject, ok: (r) => resolve({ outcome: 'created', assetId: `a${item.id}`, fileId: 'f', libraryId: 'l', trashed: false, problems: [], ...r }) });
  }), () => undefined);
  return { queue, sending, states: () => queue.items.map((i) => i.state) };
}

test('three in flight, in order, the next one when one ends', async () => {
  const { queue, sending, states } = rig();
  queue.add([1, 2, 3, 4, 5].map((n) => parcel(`${n}.jpg`)), 'l');
  expect(states()).toEqual(['sending', 'sending', 'sending', 'queued', 'queued']);
  sending[1]!.ok();
  await settled();
  expect(sending.map((s) => s.item.file.name)).toEqual(['1.jpg', '2.jpg', '3.jpg', '4.jpg']);
  expect(states()).toEqual(['sending', 'created', 'sending', 'sending', 'queued']);
});

test('the outcomes are told apart, and a refusal keeps its reason and can be tried again', async () => {
  const { queue, sending, states } = rig();
  queue.add([parcel('a'), parcel('b'), parcel('c')], 'l');
  sending[0]!.ok({ outcome: 'duplicate' });
  sending[1]!.ok({ outcome: 'duplicate', trashed: true });
  sending[2]!.fail(new Error('The disk is full.'));
  await settled();
  expect(states()).toEqual(['duplicate', 'trashed', 'failed']);
  expect(queue.items[2]!.message).toBe('The disk is full.');
  expect(queue.busy).toBe(false);
  queue.retryFailed();
  sending[3]!.ok();
  await settled();
  expect(states()).toEqual(['duplicate', 'trashed', 'created']);
  expect(queue.items[2]!.message).toBe('');
});

test('only failures that can succeed are tried again', async () => {
  const { queue, sending, states } = rig();
  queue.add([parcel('notes.txt'), parcel('empty.jpg'), parcel('c.jpg')], 'l');
  sending[0]!.fail(new ApiError('unsupported_type', 'This is not a photo.', 415));
  sending[1]!.fail(new ApiError('empty_file', 'This file is empty.', 422));
  sending[2]!.fail(new ApiError('storage_full', 'The disk is full.', 507));
  await settled();
  expect(queue.retryable).toBe(true);
  queue.retryFailed();
  expect(states()).toEqual(['failed', 'failed', 'sending']);
  sending[3]!.fail(new ApiError('network', 'The connection broke.'));
  await settled();
  expect(queue.retryable).toBe(true);
  queue.retryFailed();
  sending[4]!.ok();
  await settled();
  expect(states()).toEqual(['failed', 'failed', 'created']);
  expect(queue.retryable).toBe(false);
});

test('cancelling one aborts its request and lets the next begin; cancelling all leaves nothing open', async () => {
  const { queue, sending, states } = rig();
  queue.add(['a', 'b', 'c', 'd', 'e'].map((n) => parcel(n)), 'l');
  queue.cancel(queue.items[0]!.id);
  expect(sending[0]!.signal.aborted).toBe(true);
  await settled();
  expect(states()).toEqual(['cancelled', 'sending', 'sending', 'sending', 'queued']);
  queue.cancelAll();
  await settled();
  expect(states()).toEqual(['cancelled', 'cancelled', 'cancelled', 'cancelled', 'cancelled']);
  expect(sending).toHaveLength(4);
  expect(queue.busy).toBe(false);
});

test('what was finished cannot be cancelled', async () => {
  const { queue, sending, states } = rig();
  queue.add([parcel('a')], 'l');
  sending[0]!.ok();
  await settled();
  queue.cancel(queue.items[0]!.id);
  expect(states()).toEqual(['created']);
});

test('totals count bytes of what is not cancelled', async () => {
  const { queue, sending } = rig();
  queue.add([parcel('a', 100), parcel('b', 300), parcel('c', 50), parcel('d', 50)], 'l');
  sending[0]!.ok();
  sending[1]!.progress(120);
  await settled();
  queue.cancel(queue.items[3]!.id);
  await settled();
  expect(queue.totals()).toMatchObject({ files: 4, bytes: 450, sent: 220, open: 2 });
});

test('a drop while others run is appended; one after all is done begins a new list', async () => {
  const { queue, sending } = rig();
  queue.add([parcel('a')], 'l');
  queue.add([parcel('b')], 'l');
  expect(queue.items).toHaveLength(2);
  sending[0]!.ok();
  sending[1]!.ok();
  await settled();
  queue.add([parcel('c')], 'l');
  expect(queue.items.map((i) => i.file.name)).toEqual(['c']);
});

test('a sidecar goes with its photo; one that lies alone is told and not sent', () => {
  const { queue, sending, states } = rig();
  const xmp = file('a.xmp', 10);
  queue.add([{ ...parcel('a'), folder: 'Trip', sidecar: xmp }, { ...parcel('b.xmp'), lonely: true }], 'l');
  expect(states()).toEqual(['sending', 'failed']);
  expect(sending.map((s) => [s.item.file.name, s.item.sidecar, s.item.folder])).toEqual([['a', xmp, 'Trip']]);
  expect(queue.items[1]!.message).toMatch(/photo/);
  expect(queue.retryable).toBe(false);
});
