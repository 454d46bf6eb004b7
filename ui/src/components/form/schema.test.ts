import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultsOf, errorsOf, isKept, isRequired, kindOf, problemsOf, propertiesOf, titleOf, titleOfChoice } from './schema.ts';

const SCHEMA = {
  type: 'object', required: ['folder', 'many', 'on', 'password'], properties: {
    folder: { type: 'string', mantel: 'path' }, many: { type: 'integer', minimum: 1, maximum: 10 }, on: { type: 'boolean', default: true }, size: { type: 'string', enum: ['s', 'm'], enumTitles: ['Small'], default: 's' },
    names: { type: 'array', items: { type: 'string', maxLength: 3 }, maxItems: 2 }, parts: { type: 'array', items: { type: 'string', mantel: 'path' } }, password: { type: 'string', mantel: 'secret', minLength: 4 }, short: { type: 'string', pattern: '^[a-z]+$' }, odd: { type: 'string', pattern: '(' },
  },
};

test('kinds, titles, defaults', () => {
  expect(propertiesOf(SCHEMA).map(([name, p]) => `${name} ${kindOf(p)}`)).toEqual(['folder path', 'many number', 'on boolean', 'size choice', 'names list', 'parts paths', 'password secret', 'short text', 'odd text']);
  expect(kindOf({ mantel: 'something new', type: 'number' })).toBe('number');
  expect(['skipEmpty', 'skip_empty', 'URL', 'a'].map((n) => titleOf(n, {}))).toEqual(['Skip empty', 'Skip empty', 'Url', 'A']);
  expect(titleOf('x', { title: 'The X' })).toBe('The X');
  expect([titleOfChoice(SCHEMA.properties.size, 0), titleOfChoice(SCHEMA.properties.size, 1)]).toEqual(['Small', 'm']);
  expect(defaultsOf(SCHEMA)).toEqual({ on: true, size: 's' });
  expect([isRequired(SCHEMA, 'folder'), isRequired(SCHEMA, 'size')]).toEqual([true, false]);
});

test('what is wrong, at its field', () => {
  expect(problemsOf(SCHEMA, {})).toEqual({ folder: 'This is needed.', many: 'This is needed.', password: 'This is needed.' });
  const good = { folder: '/a', many: 3, on: false, password: { secret: true } };
  expect(problemsOf(SCHEMA, good)).toEqual({}); // a kept secret is there
  expect(problemsOf(SCHEMA, { ...good, password: 'abc', many: 11, size: 'xl', names: ['abcd'], short: 'A', odd: 'x' })).toEqual({ password: 'At least 4 characters.', many: 'At most 10.', size: 'Choose one of these.', names: 'At most 3 characters.' }); // a pattern (short) is for the house
  expect(problemsOf(SCHEMA, { ...good, many: 1.5, names: ['a', 'b', 'c'] })).toEqual({ many: 'A whole number, please.', names: 'At most 2.' });
  expect(problemsOf(SCHEMA, { ...good, many: 'x', folder: '' })).toEqual({ many: 'A number, please.', folder: 'This is needed.' });
});

test('what the house says goes to its field', () => {
  expect(errorsOf([{ field: 'folder', message: 'Not there.' }, { message: 'Late.' }, { field: 'gone', message: 'Odd.' }, { field: '__proto__', message: 'Bad.' }], SCHEMA)).toEqual({ folder: 'Not there.', '': 'Late. Odd. Bad.' });
  expect([isKept({ secret: true }), isKept({ secret: false }), isKept('x'), isKept(null)]).toEqual([true, false, false, false]);
});

test('no schema of somebody else breaks the form', () => {
  fc.assert(fc.property(fc.oneof(fc.anything(), fc.record({ properties: fc.object() })), (schema) => {
    propertiesOf(schema).map(([name, p]) => [kindOf(p), titleOf(name, p)]);
    problemsOf(schema, defaultsOf(schema));
  }));
  expect(propertiesOf({ properties: { a: null, b: [1] } })).toEqual([['a', {}], ['b', {}]]);
});
