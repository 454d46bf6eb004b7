import { expect, test } from 'vitest';
import type { ImportSource } from '../../data/types.ts';
import { problemsOf } from '../form/schema.ts';
import { draftOf, emptyOptions, fieldsOf, nameSchema, optionsOf, optionsSchema, sameDraft, whereSchema } from './fields.ts';

const SOURCE: ImportSource = { id: 's', name: 'Card', pluginId: 'folder', config: { paths: ['/a'], token: { secret: true } }, libraryId: 'l', ownerId: 'u', options: { albums: false }, schedule: '0 3 * * *', watch: true, enabled: true, lastRunId: null, nextRunAt: null, trouble: null };

test('a source becomes a draft and comes back as it was', () => {
  expect(fieldsOf(draftOf(SOURCE))).toEqual({ name: 'Card', config: SOURCE.config, libraryId: 'l', ownerId: 'u', options: { albums: false }, schedule: '0 3 * * *', watch: true });
  expect(fieldsOf({ ...draftOf(SOURCE), where: { libraryId: 'l' } })).toMatchObject({ schedule: null, watch: false });
});
test('only unusual options are said', () => {
  expect(optionsOf(emptyOptions())).toEqual({});
  expect(optionsOf({ ...emptyOptions(), mode: 'move', untitled: true, people: false })).toEqual({ mode: 'move', untitled: true, people: false });
  expect(Object.keys(optionsSchema().properties).sort()).toEqual(Object.keys(emptyOptions()).sort());
});
test('a draft that was changed and changed back is the same', () => {
  const d = draftOf(SOURCE);
  expect(sameDraft(d, { ...d, where: { watch: true, schedule: '0 3 * * *', ownerId: 'u', libraryId: 'l', extra: undefined } })).toBe(true);
  expect(sameDraft(d, { ...d, config: { ...d.config, token: 'new' } })).toBe(false);
});
test('what is asked of everybody', () => {
  expect(problemsOf(nameSchema(), {})).toEqual({ name: 'This is needed.' });
  expect(Object.keys(problemsOf(whereSchema(true), {}))).toEqual(['libraryId', 'ownerId']);
  expect(Object.keys(problemsOf(whereSchema(false), {}))).toEqual(['libraryId']);
});
