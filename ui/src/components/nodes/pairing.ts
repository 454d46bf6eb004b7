import type { Discovered, WorkerNode } from '../../data/types.ts';
import { isAway } from '../../strings/node-words.ts';

/** What this window has done so far. `open`: the server has opened the pairing, and the list was loaded since. */
export type PairPhase = 'opening' | 'open' | 'approving' | 'approved' | 'refused' | 'tooMany' | 'failed';
/** What the dialog shows. `late`: let in, but it has not come. */
export type PairView = 'waiting' | 'code' | 'approving' | 'done' | 'late' | 'refused' | 'expired' | 'tooMany' | 'vanished' | 'failed';

const LATE_MS = 20_000;
const QUIET_MS = 12_000;
const SLACK_MS = 3000; // between its clock and ours

/** From what was done here, and what the server says of this PC now. `card` undefined: the list does not know it any more. `openUntil`: when this attempt would have ended by itself; `quietMs`: how long nothing was heard of the PC. */
export function pairView(phase: PairPhase, card: Pick<Discovered, 'state' | 'code' | 'expiresAt' | 'trouble'> | undefined, node: Pick<WorkerNode, 'state'> | undefined, { sinceApproval = 0, quietMs = 0, openUntil = 0 }: { sinceApproval?: number; quietMs?: number; openUntil?: number } = {}, now = Date.now()): PairView {
  switch (phase) {
    case 'opening': return 'waiting';
    case 'refused': case 'tooMany': case 'failed': case 'approving': return phase;
    case 'approved': return node && !isAway(node) ? 'done' : sinceApproval > LATE_MS ? 'late' : 'approving';
    case 'open': {
      // a PC that lost its pairing is still in the list of nodes while it pairs again: only without a card somebody else said yes
      if (!card) return !node ? 'vanished' : isAway(node) ? 'late' : 'done';
      if (card.expiresAt !== null && Date.parse(card.expiresAt) <= now) return 'expired';
      if (card.state === 'new' || card.state === 'ignored') return openUntil - SLACK_MS > now ? 'tooMany' : 'expired';
      if (quietMs > QUIET_MS && card.trouble === null) return 'vanished'; // a card stays as long as its door is open; who pairs speaks every two seconds
      return card.state === 'code' && card.code !== null ? 'code' : 'waiting';
    }
  }
}
/** Closing the dialog now would leave something half done. */
export const isUnderWay = (view: PairView): boolean => view === 'waiting' || view === 'code' || view === 'approving';
