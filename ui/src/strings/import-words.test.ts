import { ENTRY_OUTCOMES, ENTRY_REASONS, RUN_STATES } from '../../../nodes/contracts/src/models/source.ts';
import { expect, test } from 'vitest';
import { en } from './en.ts';
import { entryWords, RUN, runLine } from './import-words.ts';
import type { ImportRun } from '../data/types.ts';

test('every reason and outcome that the contract knows has words of its own', () => {
  expect(ENTRY_REASONS.filter((reason) => !(`reason.${reason}` in en))).toEqual([]);
  expect(ENTRY_OUTCOMES.filter((outcome) => !(`outcome.${outcome}` in en))).toEqual([]);
  for (const outcome of ENTRY_OUTCOMES) expect(entryWords({ outcome, reason: null, detail: null })).toMatch(/^[a-zA-Z ]+$/);
  expect(Object.keys(RUN).toSorted()).toEqual([...RUN_STATES].toSorted());
});
test('an unknown reason is told as it is, and a detail stands behind', () => {
  expect(entryWords({ outcome: 'problem', reason: 'odd', detail: 'byte 7' })).toBe('odd (byte 7)');
  expect(entryWords({ outcome: 'problem', reason: 'damaged', detail: null })).toBe('damaged');
});
test('a run in a line', () => {
  const run = { state: 'running', counts: {}, items: { total: 5000, done: 1204, failed: 0 }, parts: [] } as unknown as ImportRun;
  expect(runLine(run)).toBe('Importing · 1,204 of 5,000');
  expect(runLine({ ...run, state: 'done', counts: { imported: 1, problem: 2 } })).toBe('Done · 1 new photo or video · 2 entries have a problem');
  expect(runLine({ ...run, state: 'collecting', parts: [{ name: 'a', bytes: 1, received: 1, state: 'here' }, { name: 'b', bytes: 1, received: 0, state: 'waiting' }] })).toBe('Files are on their way · 1 file of 2 is here');
});
