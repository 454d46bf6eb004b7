import { BATCH_BYTES, BATCH_MS, CHUNK, EVENT_BYTES } from '@mantel/runtime/plugins/wire/wire.ts';

export interface Pulled { bytes: Uint8Array | null; done: boolean }
/** One running scan, open or watch. `pending`: asked of the plugin, not yet handed over. `rest`: bytes that did not fit into the last chunk. */
export interface Pull { from: AsyncIterator<unknown>; pending?: Promise<IteratorResult<unknown>> | undefined; rest?: Uint8Array | undefined }

/** Up to `max` values, as the bytes of one JSON list: nothing but plain data can be said in it. Fewer when they are large or slow to come. */
export async function gatherEvents(pull: Pull, max: number): Promise<Pulled> {
  const texts: string[] = [];
  let size = 0, timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => { timer = setTimeout(resolve, BATCH_MS, undefined); });
  const pulled = (done: boolean): Pulled => ({ bytes: Buffer.from(`[${texts.join()}]`), done });
  try {
    while (texts.length < max && size < BATCH_BYTES) {
      pull.pending ??= pull.from.next();
      const next = texts.length ? await Promise.race([pull.pending, late]) : await pull.pending;
      if (next === undefined) break;
      pull.pending = undefined;
      if (next.done) return pulled(true);
      const text = JSON.stringify(next.value) ?? 'null', bytes = Buffer.byteLength(text);
      if (bytes > EVENT_BYTES) throw new Error(`scan() yielded an event of ${(bytes / 1e6).toFixed(1)} MB; ${EVENT_BYTES / 1e6} MB are allowed.`);
      size += bytes;
      texts.push(text);
    }
    return pulled(false);
  } finally { clearTimeout(timer); }
}

/** One chunk of bytes, never larger than CHUNK. An empty one goes, too: it shows that the plugin is still on its way to the entry. */
export async function gatherBytes(pull: Pull): Promise<Pulled> {
  while (!pull.rest?.length) {
    const next = await pull.from.next();
    if (next.done) return { bytes: null, done: true };
    if (!(next.value instanceof Uint8Array)) throw new TypeError('open() must yield bytes (Uint8Array).');
    pull.rest = next.value;
    if (next.value.length === 0) return { bytes: next.value, done: false };
  }
  const piece = pull.rest.subarray(0, CHUNK);
  pull.rest = pull.rest.subarray(CHUNK);
  return { bytes: piece, done: false };
}
