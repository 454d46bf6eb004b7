import { expect, test } from 'vitest';
import { cell } from './import-report.ts';

test('a cell holds commas, quotes and line ends, and is never a formula', () => {
  expect(['plain', 'a,b', 'say "x"', 'two\nlines', null, 5, -3].map((v) => cell(v))).toEqual(['plain', '"a,b"', '"say ""x"""', '"two\nlines"', '', '5', '-3']);
  for (const bad of ['=1+1', '+1', '-1', '@x', '\t=1', '\r=1']) expect(cell(bad)).toBe(`"'${bad}"`);
  expect(cell('=HYPERLINK("http://x","y")')).toBe(`"'=HYPERLINK(""http://x"",""y"")"`);
});
