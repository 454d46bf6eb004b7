import { MantelError } from '@mantel/contracts/errors.ts';
import { Knock, PairClaim, PairReveal, PairStart } from '@mantel/contracts/models/pairing.ts';
import { check } from '@mantel/runtime/validate.ts';
import type { FastifyInstance } from 'fastify';
import type { Pairing } from '../services/pairing/pairing.ts';
import { BASE } from './api.ts';

const MAX_BODY = 16 << 10;

/** For PCs that want to come in. TLS only: without it there is no certificate that both could have seen. */
export function addPairingRoutes(app: FastifyInstance, pairing: Pairing): void {
  const route = (what: 'knock' | 'start' | 'reveal' | 'claim', answer: (body: unknown, address: string) => object): void => {
    app.route({
      method: 'POST', url: `${BASE}/pair/${what}`, bodyLimit: MAX_BODY, config: { permission: 'public' }, schema: { hide: true },
      onRequest: async (req) => { // before a body is read
        if (!(req.socket as { encrypted?: boolean }).encrypted) throw new MantelError('forbidden', 'Pairing speaks TLS only.');
        pairing.admit(what, req.ip);
      },
      handler: async (req, reply) => reply.header('cache-control', 'no-store').send(answer(req.body, req.ip)),
    });
  };
  route('knock', (body, address) => pairing.knock(check(Knock, body), address));
  route('start', (body) => pairing.start(check(PairStart, body)));
  route('reveal', (body) => {
    pairing.reveal(check(PairReveal, body));
    return { ok: true };
  });
  route('claim', (body) => pairing.claim(check(PairClaim, body)));
}
