import type { DetailedError, Upload } from 'tus-js-client';
import { ApiError, toError } from './api.ts';
import { t } from '../strings/t.ts';

/** Sends what is missing of one file. `offset` 0…bytes; `broken`: the connection broke, and it is tried again by itself. */
export type SendPart = (url: string, file: File, told: { progress: (offset: number) => void; broken: (yes: boolean) => void }, signal: AbortSignal) => Promise<void>;

/** Long enough for a lost line to say where it stopped, short enough for a proxy. */
const CHUNK = 64 * 1024 * 1024;
const DELAYS = [0, 1000, 2000, 4000, 8000, 15_000, 30_000, 30_000, 30_000, 30_000];

/** The statuses after which the same bytes may be taken: busy, locked by a request that is dying, too early, a house that restarts. */
const again = (status: number): boolean => status === 0 || status === 409 || status === 423 || status === 425 || status === 429 || status === 502 || status === 503 || status === 504;

/** By the tus protocol: asks how much is there, sends the rest. */
export const sendByTus: SendPart = async (url, file, told, signal) => {
  const { Upload } = await import('tus-js-client'); // only who sends needs its code
  return new Promise((resolve, reject) => send(Upload, { url, file, ...told, signal, resolve, reject }));
};

interface Sending { url: string; file: File; progress: (offset: number) => void; broken: (yes: boolean) => void; signal: AbortSignal; resolve: () => void; reject: (e: Error) => void }
function send(Tus: typeof Upload, { url, file, progress, broken, signal, resolve, reject }: Sending): void {
  const statusOf = (e: DetailedError): number => e.originalResponse?.getStatus() ?? 0;
  const upload = new Tus(file, {
    uploadUrl: url, chunkSize: CHUNK, retryDelays: DELAYS, storeFingerprintForResuming: false,
    onShouldRetry: (e) => {
      const retry = again(statusOf(e as DetailedError));
      if (retry) broken(true);
      return retry;
    },
    onProgress: (sent) => { broken(false); progress(sent); },
    onSuccess: () => resolve(),
    onError: (e) => reject(errorOf(e as DetailedError)),
  });
  const stop = (): void => void upload.abort().finally(() => reject(new DOMException('', 'AbortError')));
  if (signal.aborted) return stop();
  signal.addEventListener('abort', stop, { once: true });
  upload.start();

  function errorOf(e: DetailedError): Error {
    const status = 'originalResponse' in e ? statusOf(e) : -1;
    if (status === 0) return new ApiError('network', t('parts.network'));
    if (status < 0) return new ApiError('unreadable', t('parts.unreadable')); // the browser, not the house: the file changed or went away
    let body: unknown;
    try { body = JSON.parse(e.originalResponse?.getBody() ?? ''); } catch { body = null; }
    return toError({ status }, body);
  }
}
