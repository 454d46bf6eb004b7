import { X509Certificate } from 'node:crypto';
import { PROTOCOL } from '@mantel/contracts/models/node.ts';
import { KnockAnswer } from '@mantel/contracts/models/pairing.ts';
import { publicKey } from '../keys.ts';
import type { Paired } from '../paired.ts';
import { printable } from './code.ts';
import { type Address, houseAt } from './house.ts';

/** Asks the house behind the pinned certificate. undefined: it cannot be asked now; nobody else's answer counts. */
export async function stillPaired(paired: Paired, signal: AbortSignal, at: Address = paired): Promise<boolean | undefined> {
  const house = houseAt(at, Buffer.from(new X509Certificate(paired.cert).raw));
  const knock = { nkey: publicKey(paired.seed), name: printable(paired.name) || 'PC', caps: null, protocol: PROTOCOL, paired: true };
  const answer = await house.ask('knock', knock, KnockAnswer, signal).catch(() => undefined);
  return answer && (answer.cid === paired.cid ? answer.state === 'known' : undefined);
}
