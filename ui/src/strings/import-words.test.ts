import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { en } from './en.ts';
import { entryWords, RUN, runLine } from './import-words.ts';
import type { ImportRun } from '../data/types.ts';

/** A list of the contract, read as text: the dashboard takes nothing from there but what the API tells. */
const listOf = (name: string): string[] => {
  const text = readFileSync(new URL('../../../nodes/contracts/src/models/source.ts', import.meta.url), 'utf8').replace(/\/\/.*$/gm, ''), from = text.indexOf(`export const ${name} = [`);
  return [...text.slice(from, text.indexOf(']', from)).matchAll(/'([a-z-]+)'/g)].map((m) => m[1]!);
};
test('every reason, outcome and state that the contract knows has words of its own', () => {
  for (const [name, prefix] of [['ENTRY_REASONS', 'reason'], ['ENTRY_OUTCOMES', 'outcome'], ['RUN_STATES', 'import.state']] as const) {
    expect(listOf(name).length, name).toBeGreaterThan(8);
    expect(listOf(name).filter((word) => !(`${prefix}.${word}` in en))).toEqual([]);
  }
  expect(Object.keys(RUN).toSorted()).toEqual(listOf('RUN_STATES').toSorted());
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
