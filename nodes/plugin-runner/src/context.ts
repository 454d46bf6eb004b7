import { randomUUID } from 'node:crypto';
import type { SourceContext, Store } from '@mantel/plugin-sdk';
import { PIECE, type HouseApi } from '@mantel/runtime/plugins/wire/wire.ts';
import { proxyFetch } from './proxy-fetch.ts';

export type House = { [K in Exclude<keyof HouseApi, 'log'>]: HouseApi[K] } & { log: (line: string) => void };

/** One after the other: a document in pieces must not be read while it is replaced. */
function oneByOne(): <T>(work: () => Promise<T>) => Promise<T> {
  let tail: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = tail.then(work);
    tail = mine.catch(() => undefined);
    return mine;
  };
}

export function houseStore(house: House): Store {
  const turn = oneByOne();
  return {
    keys: () => turn(() => house.storeKeys()),
    delete: (key) => turn(async () => { await house.storeDelete(key); }),
    get: (key) => turn(async () => {
      const first = await house.storeRead(key, 0);
      if (!first || first.bytes.length >= first.size) return first && first.bytes;
      const whole = new Uint8Array(first.size);
      whole.set(first.bytes);
      for (let at = first.bytes.length; at < whole.length;) {
        const piece = await house.storeRead(key, at);
        if (!piece?.bytes.length) throw new Error(`The document "${key}" of the store ended too early.`);
        whole.set(piece.bytes, at);
        at += piece.bytes.length;
      }
      return whole;
    }),
    set: (key, value) => {
      if (!(value instanceof Uint8Array)) return Promise.reject(new TypeError('store.set takes bytes (Uint8Array).'));
      const write = randomUUID();
      return turn(async () => {
        let at = 0;
        do {
          const end = Math.min(at + PIECE, value.length);
          await house.storeWrite(key, write, value.subarray(at, end), end === value.length);
          at = end;
        } while (at < value.length);
      });
    },
  };
}

export const openContext = (house: House, proxy: string | null) => {
  const store = houseStore(house);
  return (signal: AbortSignal): SourceContext => ({ signal, store, log: (message) => house.log(String(message).slice(0, 4000)), fetch: (url, init) => proxyFetch(proxy, url, { ...init, signal: init?.signal ? AbortSignal.any([signal, init.signal]) : signal }) });
};
