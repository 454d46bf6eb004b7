// One coordinator as an unpaired worker meets it: TLS to a certificate that nobody vouches for yet, but that must stay the same from the first word to the last.
import { request } from 'node:http';
import { connect, type TLSSocket } from 'node:tls';
import { ERRORS, errorCode, MantelError } from '@mantel/contracts/errors.ts';
import type { Static, TSchema } from 'typebox';
import { matches } from '../validate.ts';
import { fingerprintOf } from './code.ts';

export interface Address { host: string; port: number }
/** A certificate that is not the one from before: the conversation ends. */
export class OtherCertificate extends Error { override readonly name = 'OtherCertificate'; }

const LIMIT_MS = 5000;
const MAX_BODY = 64 * 1024;

/** A connection whose certificate has been looked at before anything was said. */
function dial(to: Address, fits: (der: Buffer) => boolean, signal: AbortSignal): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: to.host, port: to.port, rejectUnauthorized: false, checkServerIdentity: () => undefined, ALPNProtocols: ['http/1.1'] });
    const end = (e: Error): void => { signal.removeEventListener('abort', stop); socket.destroy(); reject(e); };
    const stop = (): void => end(signal.reason as Error);
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    socket.once('error', end).once('close', () => end(new Error('The connection was closed.'))).once('secureConnect', () => {
      const der = socket.getPeerX509Certificate()?.raw;
      if (!der) return end(new Error('No certificate was shown.'));
      if (!fits(der)) return end(new OtherCertificate('Another certificate than before was shown: somebody may be in the middle.'));
      signal.removeEventListener('abort', stop);
      socket.removeAllListeners('close').off('error', end);
      resolve(socket);
    });
  });
}

/** `pinned`: DER of the certificate that is expected, when it is known already; otherwise the first one that is seen, and that `mayBe` the house, is held on to. */
export function houseAt(to: Address, pinned?: Buffer, mayBe: (der: Buffer) => boolean = () => true) {
  let cert = pinned;
  const post = (path: string, body: object, signal: AbortSignal): Promise<{ status: number; json: unknown }> => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
    const text = JSON.stringify(body);
    return dial(to, (der) => mayBe(der) && (cert ??= der).equals(der), limit).then((socket) => new Promise((resolve, reject) => {
      const req = request({ method: 'POST', path: `/api/v1/pair/${path}`, host: to.host, port: to.port, createConnection: () => socket, signal: limit, headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), connection: 'close' } }, (res) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        res.on('error', reject).on('data', (d: Buffer) => {
          chunks.push(d);
          if ((bytes += d.length) > MAX_BODY) req.destroy(new MantelError('too_large'));
        }).on('end', () => {
          let json: unknown;
          try { json = JSON.parse(Buffer.concat(chunks).toString()); } catch { /* not a Mantel */ }
          resolve({ status: res.statusCode ?? 0, json });
        });
      });
      req.on('error', reject).on('close', () => socket.destroy());
      req.end(text);
    }));
  };
  return {
    ...to,
    /** The certificate that was shown. */
    get cert(): Buffer {
      if (!cert) throw new Error('nothing was asked yet');
      return cert;
    },
    get fingerprint(): string { return fingerprintOf(this.cert); },
    /** Throws MantelError with the house's own code; `internal` when it is no Mantel that answers; OtherCertificate. */
    async ask<S extends TSchema>(path: 'knock' | 'start' | 'reveal' | 'claim', body: object, result: S, signal: AbortSignal): Promise<Static<S>> {
      const { status, json } = await post(path, body, signal);
      if (status === 200 && matches(result, json)) return json;
      const said = json as { code?: unknown; message?: unknown } | null | undefined;
      if (status >= 400 && typeof said?.code === 'string' && Object.hasOwn(ERRORS, said.code)) throw new MantelError(errorCode({ type: said.code }));
      throw new MantelError('internal', 'What answers there is no Mantel of this age.');
    },
  };
}
export type House = ReturnType<typeof houseAt>;

export const pemOf = (der: Buffer): string => `-----BEGIN CERTIFICATE-----\n${der.toString('base64').match(/.{1,64}/g)!.join('\n')}\n-----END CERTIFICATE-----\n`;
