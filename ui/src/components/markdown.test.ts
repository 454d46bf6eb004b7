import { expect, test } from 'vitest';
import { markdown, safeLink } from './markdown.ts';

interface Template { strings: string[]; values: unknown[] }
/** What lit would put into the page, without a browser: strings of templates are markup, values are text. */
const markup = (piece: unknown): string => {
  if (Array.isArray(piece)) return piece.map(markup).join('');
  if (typeof piece === 'string' || typeof piece === 'number') return `«${piece}»`;
  if (typeof piece === 'object' && piece !== null && 'strings' in piece) return (piece as unknown as Template).strings.map((s, i) => s + (i < (piece as unknown as Template).values.length ? markup((piece as unknown as Template).values[i]) : '')).join('');
  return '';
};
const shown = (text: string): string => markup(markdown(text));

test('headings, lists, emphasis, code and tables', () => {
  expect(shown('# One\n\n## Two\n\n- a **b**\n- `c < d`')).toBe('<h2 class="first">«One»</h2><h3>«Two»</h3><ul><li>«a »<strong>«b»</strong></li><li><code>«c < d»</code></li></ul>');
  expect(shown('| A | B |\n|---|---|\n| 1 | 2 & 3 |')).toContain('<td>«2 & 3»</td>');
  expect(shown('3. third')).toBe('<ol start=«3»><li>«third»</li></ol>');
});
test('raw HTML stays text, pictures are their words, and nothing of a plugin becomes markup', () => {
  expect(shown('<script>alert(1)</script>')).toBe('<p>«<script>alert(1)</script>»</p>');
  expect(shown('a <img src=x onerror=alert(1)> b')).toContain('«<img src=x onerror=alert(1)>»');
  expect(shown('![a cat](https://elsewhere.example/cat.png)')).toBe('<p>«a cat»</p>');
});
test('links lead to https only', () => {
  expect(shown('[there](https://takeout.google.com/)')).toContain('<a href=«https://takeout.google.com/» target="_blank" rel="noopener noreferrer">«there»</a>');
  for (const bad of ['javascript:alert(1)', 'http://a.example', 'data:text/html,x', '/admin', 'JAVASCRIPT:x', 'file:///etc/passwd']) expect([safeLink(bad), shown(`[x](${bad})`)]).toEqual([null, '<p>«x»</p>']);
});
test('what nests without end is cut', () => expect(shown(`${'> '.repeat(200)}deep`)).toContain('«…»'));
