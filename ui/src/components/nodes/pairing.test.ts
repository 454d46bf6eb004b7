import { expect, test } from 'vitest';
import { isUnderWay, pairView, type PairPhase, type PairView } from './pairing.ts';

const now = Date.parse('2026-01-02T12:00:00Z');
type Card = NonNullable<Parameters<typeof pairView>[1]>;
const card = (state: Card['state'], code: string | null = null, expiresAt: string | null = '2026-01-02T12:05:00Z'): Card => ({ state, code, expiresAt, trouble: null });

test.each<[string, PairPhase, Card | undefined, Parameters<typeof pairView>[2], number, PairView]>([
  ['it was just asked for', 'opening', card('new'), undefined, 0, 'waiting'], ['the PC has not answered', 'open', card('open'), undefined, 0, 'waiting'], ['both have the number', 'open', card('code', '123456'), undefined, 0, 'code'],
  ['the number is on its way', 'open', card('code'), undefined, 0, 'waiting'], ['its time ran out', 'open', card('code', '123456', '2026-01-02T11:59:59Z'), undefined, 0, 'expired'], ['the server ended it', 'open', card('new'), undefined, 0, 'expired'],
  ['somebody else ignores it', 'open', card('ignored'), undefined, 0, 'expired'], ['it went away', 'open', undefined, undefined, 0, 'vanished'], ['somebody else said yes', 'open', undefined, { state: 'online' }, 0, 'done'], ['somebody else said yes, and it is not here yet', 'open', undefined, { state: 'asleep' }, 0, 'late'],
  ['a known PC that lost its pairing has the number', 'open', card('code', '123456'), { state: 'asleep' }, 0, 'code'], ['a known PC that was there a moment ago has the number', 'open', card('code', '123456'), { state: 'online' }, 0, 'code'],
  ['a known PC has not answered yet', 'open', card('open'), { state: 'lost' }, 0, 'waiting'], ['a known PC whose time ran out', 'open', card('new'), { state: 'asleep' }, 0, 'expired'],
  ['yes is on its way', 'approving', card('code', '123456'), undefined, 0, 'approving'], ['let in, not here yet', 'approved', undefined, undefined, 500, 'approving'], ['let in, known, not here yet', 'approved', undefined, { state: 'asleep' }, 500, 'approving'],
  ['it works', 'approved', undefined, { state: 'busy' }, 500, 'done'], ['it does not come', 'approved', undefined, { state: 'asleep' }, 21_000, 'late'], ['no', 'refused', card('code', '123456'), undefined, 0, 'refused'],
  ['too often', 'tooMany', card('new'), undefined, 0, 'tooMany'], ['an error', 'failed', card('new'), undefined, 0, 'failed'],
])('%s', (_, phase, c, node, since, want) => expect(pairView(phase, c, node, { sinceApproval: since }, now)).toBe(want));

test('an attempt that ended before its time was ended: by three tries, or by somebody', () => {
  expect(pairView('open', card('new'), undefined, { openUntil: now + 60_000 }, now)).toBe('tooMany');
  expect(pairView('open', card('new'), undefined, { openUntil: now - 1 }, now)).toBe('expired');
});
test('a PC of which nothing is heard went away, unless it never called and only its address is known', () => {
  expect(pairView('open', card('code', '123456'), undefined, { quietMs: 11_000 }, now)).toBe('code');
  expect(pairView('open', card('code', '123456'), undefined, { quietMs: 13_000 }, now)).toBe('vanished');
  expect(pairView('open', { ...card('open'), trouble: 'It has not called.' }, undefined, { quietMs: 60_000 }, now)).toBe('waiting');
});
test('closing asks first while something is under way', () => {
  expect((['waiting', 'code', 'approving', 'done', 'late', 'refused', 'expired', 'tooMany', 'vanished', 'failed'] as const).filter(isUnderWay)).toEqual(['waiting', 'code', 'approving']);
});
