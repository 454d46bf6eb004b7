import { expect, test } from 'vitest';
import { checkConfig, masked, partsField, pathFields, schemaTrouble, secretsIn, unmasked } from './config.ts';

const schema = {
  type: 'object', required: ['host', 'password', 'paths'],
  properties: {
    host: { type: 'string', title: 'Host', minLength: 1, pattern: '^[a-z.]+$' }, port: { type: 'integer', minimum: 1, maximum: 65_535, default: 443 }, mode: { type: 'string', enum: ['slow', 'fast'] }, deep: { type: 'boolean', default: false },
    password: { type: 'string', mantel: 'secret', title: 'Password' }, paths: { type: 'array', items: { type: 'string' }, minItems: 1, mantel: 'paths', accept: ['.zip'], title: 'Files' }, site: { type: 'string', format: 'uri' }, folder: { type: 'string', mantel: 'path' },
  },
} as const;
const good = { host: 'nas.lan', password: 'hunter22', paths: ['/a.zip'] };
const says = (value: Record<string, unknown>): string[] => checkConfig(schema, value).problems.map((p) => `${p.field}: ${p.message}`);

test('a good configuration gets its defaults, and what is missing stays away', () => {
  expect(schemaTrouble(schema)).toBeUndefined();
  expect(checkConfig(schema, good)).toEqual({ config: { ...good, port: 443, deep: false }, problems: [] });
});

test.each([
  [{ password: 'x', paths: ['/a'] }, 'host: "Host" is missing.'],
  [{ ...good, host: '' }, 'host: "Host" is missing.'],
  [{ ...good, host: 'UPPER' }, 'host: "Host" does not look as it should.'],
  [{ ...good, port: 0 }, 'port: "port" is less than 1.'],
  [{ ...good, port: 1.5 }, 'port: "port" is not a whole number.'],
  [{ ...good, port: '443' }, 'port: "port" is not a number.'],
  [{ ...good, mode: 'odd' }, 'mode: "mode" is not one of the choices.'],
  [{ ...good, deep: 'yes' }, 'deep: "deep" is not yes or no.'],
  [{ ...good, paths: [] }, 'paths: "Files" is empty.'],
  [{ ...good, paths: ['relative/x'] }, 'paths: "Files" holds an entry that is not a full path (one that begins with /).'],
  [{ ...good, paths: '/a' }, 'paths: "Files" is not a list.'],
  [{ ...good, folder: '/a\0b' }, 'folder: "folder" is not a full path (one that begins with /).'],
  [{ ...good, site: 'nowhere' }, 'site: "site" is no web address.'],
  [{ ...good, pasword: 'typo' }, 'pasword: "pasword" is not known to this plugin.'],
])('%j is refused with a sentence that names the field', (value, sentence) => expect(says(value)).toEqual([sentence]));

test('files that come later may be missing, and an older configuration loses what is not known any more', () => {
  expect(checkConfig(schema, { host: 'a', password: 'b' }, { later: 'paths' }).problems).toEqual([]);
  expect(checkConfig(schema, { ...good, gone: 1 }, { lenient: true })).toEqual({ config: { ...good, port: 443, deep: false }, problems: [] });
});

test('secrets are never shown, and stay when they come back as they were shown', () => {
  expect(masked(schema, { ...good, odd: 'old secret' })).toEqual({ ...good, password: { secret: true } });
  expect(unmasked(schema, { ...good, password: { secret: true } }, { password: 'kept' })).toEqual({ ...good, password: 'kept' });
  expect(unmasked(schema, { ...good, password: { secret: true } }, {})).toEqual({ host: 'nas.lan', paths: ['/a.zip'] });
  expect(says({ ...good, host: { secret: true } })).toEqual(['host: "Host" is not a text.']);
  expect(secretsIn(schema, good)).toEqual(['hunter22']);
  expect([pathFields(schema), partsField(schema)]).toEqual([['paths', 'folder'], 'paths']);
});

test('a pattern that takes for ever is given up', () => {
  const evil = { type: 'object', properties: { x: { type: 'string', pattern: '^(a+)+$' } } };
  const began = Date.now();
  expect(checkConfig(evil, { x: `${'a'.repeat(40)}!` }).problems).toHaveLength(1);
  expect(Date.now() - began).toBeLessThan(5000); // unbounded, it would take days
});

test('a manifest of many slow patterns is given up as a whole', () => {
  const slow = { type: 'array', items: { type: 'string', pattern: '^(?:(?:a|a)*b|a*)$' }, default: Array.from({ length: 50 }, () => 'a'.repeat(17)) };
  const endless = { ...slow, items: { type: 'string', pattern: '^(a+)+$' }, default: slow.default.map((t) => `${t.repeat(3)}!`) };
  const began = Date.now();
  for (const p of [slow, endless]) expect(schemaTrouble({ type: 'object', properties: Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`p${n}`, p])) })).toContain('a default that it does not allow itself');
  const { problems } = checkConfig({ type: 'object', properties: Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`p${n}`, endless])) }, {});
  expect(problems).toHaveLength(100);
  expect(Date.now() - began).toBeLessThan(5000); // each by itself for a tenth of a second, it would be minutes
  expect(schemaTrouble({ type: 'object', properties: { a: { type: 'array', items: { type: 'string' }, default: Array.from({ length: 51 }, () => 'x') } } })).toContain('more than 50 entries');
});

test.each([
  [null, 'not a JSON Schema'], [{ type: 'object' }, 'no "properties"'], [{ type: 'object', properties: { a: { type: 'object' } } }, 'do not know'], [{ type: 'object', properties: { 'a b': { type: 'string' } } }, 'letters, digits'],
  [{ type: 'object', properties: { a: { type: 'array' } } }, 'does not say of what'], [{ type: 'object', properties: { a: { type: 'string', mantel: 'paths' } } }, 'no list of texts'], [{ type: 'object', properties: { a: { type: 'string', pattern: '(' } } }, 'no regular expression'],
  [{ type: 'object', properties: { a: { type: 'integer', default: 'x' } } }, 'default'], [{ type: 'object', properties: {}, required: ['b'] }, 'none of its properties'], [{ type: 'object', properties: { a: { type: 'string', mantel: 'secret', default: 'x' } } }, 'no default'],
  [{ type: 'object', properties: { a: { type: 'string', $ref: '#/x' } } }, 'do not know'],
])('%j is no form', (config, part) => expect(schemaTrouble(config)).toContain(part));
