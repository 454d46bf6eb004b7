import type { IncomingMessage } from 'node:http';

const BLOCK = 1 << 20;

/**
 * A body, written in blocks of 1 MiB while the next one comes; at most two are in memory. `look` sees every piece as it arrives and may throw. When the connection breaks, what came is written
 * before the error is thrown. By events, because an iteration over pieces of 16 KiB costs a tenth of the speed.
 */
export function pour(body: IncomingMessage, write: (blocks: Buffer[]) => Promise<void>, look: (piece: Buffer) => void = () => undefined): Promise<void> {
  const broken = (): Error => body.errored ?? Object.assign(new Error('the connection broke'), { code: 'ECONNRESET' });
  return new Promise<void>((resolve, reject) => {
    if (body.destroyed) { reject(broken()); return; } // while nobody listened yet
    let blocks: Buffer[] = [];
    let size = 0;
    let writing = false;
    let over: { error?: Error } | undefined;
    const settle = (): void => {
      if (!over || writing) return;
      if (size > 0) flush();
      else if (over.error) reject(over.error);
      else resolve();
    };
    /** Ours, not the line's: nothing more is written. */
    const fail = (error: unknown): void => {
      size = 0;
      over = { error: error as Error };
      body.destroy();
      settle();
    };
    const flush = (): void => {
      const full = blocks;
      blocks = [];
      size = 0;
      writing = true;
      write(full).then(() => {
        writing = false;
        body.resume();
        settle();
      }, (error: unknown) => {
        writing = false;
        fail(error);
      });
    };
    const end = (error?: Error): void => {
      over ??= error ? { error } : {};
      settle();
    };
    body.on('data', (piece: Buffer) => {
      if (over) return;
      try { look(piece); } catch (e) { fail(e); return; }
      blocks.push(piece);
      size += piece.length;
      if (size < BLOCK) return;
      if (writing) body.pause(); else flush();
    });
    body.on('end', () => { end(); });
    body.on('error', end);
    body.on('close', () => { if (!body.readableEnded) end(broken()); });
  });
}
