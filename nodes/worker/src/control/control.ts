// The local way in: `mantel worker …` on the same machine, over a Unix socket that only this user (and root) may open.
import { mkdirSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { type ControlAnswer, ControlRequest, type ControlStatus } from '@mantel/contracts/models/control.ts';
import type { Logger } from '@mantel/runtime/logger.ts';
import { matches } from '@mantel/runtime/validate.ts';

const MAX_REQUEST = 1024;
const SILENT_MS = 5000;
const LONGEST = 107; // bytes of a Unix socket's address; a longer one is cut without a word
export interface ControlDeps { path: string; status: () => ControlStatus; act: Record<'drain' | 'resume', () => Promise<void>> & { /** False: the house did not hear the good-bye. */ leave: () => Promise<boolean> }; log: Pick<Logger, 'warn'> }

/** Resolves when the socket is there; a worker works without it when it cannot be made (a path that is too long). */
export function startControl({ path, status, act, log }: ControlDeps): Promise<{ stop(): void }> {
  const answer = async (line: string): Promise<ControlAnswer> => {
    let request: unknown;
    try { request = JSON.parse(line); } catch { request = undefined; }
    if (!matches(ControlRequest, request)) return { ok: false, error: 'This worker does not know that command.' };
    try {
      if (request.do === 'leave') return { ok: true, heard: await act.leave(), status: status() };
      if (request.do !== 'status') await act[request.do]();
      return { ok: true, status: status() };
    } catch (e) { return { ok: false, error: (e as Error).message }; }
  };
  const serve = (socket: Socket): void => {
    let text = '';
    socket.setTimeout(SILENT_MS, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.length > MAX_REQUEST) return void socket.destroy();
      const end = text.indexOf('\n');
      if (end === -1) return;
      socket.pause().setTimeout(0);
      void answer(text.slice(0, end)).then((a) => socket.end(`${JSON.stringify(a)}\n`));
    });
  };
  if (Buffer.byteLength(path) > LONGEST) {
    log.warn({ path }, 'the path of this worker\'s socket is too long: the mantel command cannot reach it');
    return Promise.resolve({ stop: () => undefined });
  }
  return new Promise((resolve) => {
    const server: Server = createServer(serve);
    server.maxConnections = 8;
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      rmSync(path, { force: true });
    } catch { /* listening says what is wrong */ }
    server.on('error', (err) => { log.warn({ err, path }, 'the mantel command cannot reach this worker'); resolve({ stop: () => undefined }); });
    const mask = process.umask(0o177); // bound at once, so it is never open to others
    server.listen(path, () => {
      server.unref();
      resolve({ stop: () => { server.close(); } });
    });
    process.umask(mask);
  });
}
