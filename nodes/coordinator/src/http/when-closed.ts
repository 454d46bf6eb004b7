import type { FastifyReply } from 'fastify';

/** What a transfer holds is given back when it ends, also when that was before somebody could listen for it: 'close' is said once. */
export function whenClosed(reply: FastifyReply, give: () => void): void {
  if (reply.raw.closed) give();
  else reply.raw.once('close', give);
}
