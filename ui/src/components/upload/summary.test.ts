import { expect, test } from 'vitest';
import { uploadSummary } from './summary.ts';

const many = (n: number, state: 'created' | 'duplicate' | 'trashed' | 'failed' | 'cancelled', message = ''): { state: typeof state; message: string }[] => Array.from({ length: n }, () => ({ state, message }));

test('every file is accounted for', () => {
  expect(uploadSummary([...many(12, 'created'), ...many(2, 'duplicate'), ...many(1, 'trashed'), ...many(1, 'failed', 'The disk is full.')])).toBe('12 added, 3 were here already, 1 could not be kept: The disk is full.');
  expect(uploadSummary([...many(1, 'failed', 'a'), ...many(1, 'failed', 'b')])).toBe('2 could not be kept');
  expect(uploadSummary(many(1, 'cancelled'))).toBe('1 cancelled');
});
