import { BATCH_BYTES, BATCH_MS, CHUNK, EVENT_BYTES } from '@mantel/runtime/plugins/wire/wire.ts';

export interface Pulled { values: unknown[]; done: boolean }
/** One running scan, open or watch. `pending`: asked of the plugin, not yet handed over. `rest`: bytes that did not fit into the last chunk. */
export interface Pull { from: AsyncIterator<unknown>; pending?: Promise<IteratorResult<unknown>> | undefined; rest?: Uint8Array | undefined }

/** About how many bytes a value takes on the wire, never less; gives up above the limit. */
export function weigh(value: unknown, limit = EVENT_BYTES): number {
  if (typeof value === 'string') return 8 + value.length * 2;
  if (typeof value !== 'object' || value === null) return 12;
  if (ArrayBuffer.isView(value)) return 32 + value.byteLength;
  let sum = 16;
  for (const key in value) {
    sum += 6 + key.length + weigh((value as Record<string, unknown>)[key], limit - sum);
    if (sum > limit) return sum;
  }
  return sum;
}

/** Up to `max` values; fewer when they are large or slow to come. */
export async function gatherEvents(pull: Pull, max: number): Promise<Pulled> {
  const values: unknown[] = [];
  let size = 0, timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => { timer = setTimeout(resolve, BATCH_MS, undefined); });
  try {
    while (values.length < max && size < BATCH_BYTES) {
      pull.pending ??= pull.from.next();
      const next = values.length ? await Promise.race([pull.pending, late]) : await pull.pending;
      if (next === undefined) break;
      pull.pending = undefined;
      if (next.done) return { values, done: true };
      const weight = weigh(next.value);
      if (weight > EVENT_BYTES) throw new Error(`scan() yielded an event of more than ${EVENT_BYTES / 1e6} MB.`);
      size += weight;
      values.push(next.value);
    }
    return { values, done: false };
  } finally { clearTimeout(timer); }
}

/** One chunk of bytes, never larger than CHUNK. Small ones are joined when they are there already. */
export async function gatherBytes(pull: Pull): Promise<Pulled> {
  while (!pull.rest?.length) {
    const next = await pull.from.next();
    if (next.done) return { values: [], done: true };
    if (!(next.value instanceof Uint8Array)) throw new TypeError('open() must yield bytes (Uint8Array).');
    pull.rest = next.value;
  }
  const piece = pull.rest.subarray(0, CHUNK);
  pull.rest = pull.rest.subarray(CHUNK);
  return { values: [piece], done: false };
}
