import { MantelError } from '@mantel/contracts/errors.ts';
import { expect, it, vi } from 'vitest';
import { patiently } from './patience.ts';

const never = new AbortController().signal;
const broken = (code = 'ECONNREFUSED'): Error => Object.assign(new Error(code), { code });

it('asks again while the connection is broken', async () => {
  const work = vi.fn().mockRejectedValueOnce(broken()).mockRejectedValueOnce(new MantelError('incomplete')).mockResolvedValue('here');
  expect(await patiently(work, { forMs: 5000, signal: never })).toBe('here');
  expect(work).toHaveBeenCalledTimes(3);
});
it('takes an answer for an answer', async () => {
  const work = vi.fn().mockRejectedValue(new MantelError('lease_lost'));
  await expect(patiently(work, { forMs: 5000, signal: never })).rejects.toMatchObject({ type: 'lease_lost' });
  expect(work).toHaveBeenCalledTimes(1);
});
it('ends when nothing moves any more, with the last error', async () => {
  const began = Date.now();
  await expect(patiently(() => Promise.reject(broken('EHOSTUNREACH')), { forMs: 600, signal: never })).rejects.toMatchObject({ code: 'EHOSTUNREACH' });
  expect(Date.now() - began).toBeLessThan(700);
});
it('waits on as long as something moves', async () => {
  let at = 0;
  const work = vi.fn(() => { at++; return at < 5 ? Promise.reject(broken()) : Promise.resolve(at); });
  expect(await patiently(work, { forMs: 400, signal: never, progress: () => at })).toBe(5); // four pauses of 250 ms
});
it('ends at once with an abort', async () => {
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 50);
  const began = Date.now();
  await expect(patiently(() => Promise.reject(broken()), { forMs: 60_000, signal: abort.signal })).rejects.toThrow();
  expect(Date.now() - began).toBeLessThan(1000);
});
