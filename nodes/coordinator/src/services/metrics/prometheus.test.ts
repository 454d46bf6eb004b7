import { expect, it } from 'vitest';
import { exposition, MAX_SERIES } from './prometheus.ts';

it('writes help, type and one line per sample', () => {
  expect(exposition([{ name: 'mantel_jobs', type: 'gauge', help: 'Jobs.', samples: [{ labels: { kind: 'preview', state: 'queued' }, value: 3 }, { value: 0.5 }] }]))
    .toBe('# HELP mantel_jobs Jobs.\n# TYPE mantel_jobs gauge\nmantel_jobs{kind="preview",state="queued"} 3\nmantel_jobs 0.5\n');
});
it('a name that a person typed cannot become a line or a label of its own', () => {
  const text = exposition([{ name: 'm', type: 'gauge', help: 'two\nlines \\', samples: [{ labels: { name: 'a"} 1\nevil{x="\\' }, value: 1 }] }]);
  expect(text).toBe('# HELP m two\\nlines \\\\\n# TYPE m gauge\nm{name="a\\"} 1\\nevil{x=\\"\\\\"} 1\n');
});
it('leaves out what is not known, and ends a list that would never end', () => {
  expect(exposition([{ name: 'm', type: 'gauge', help: '', samples: [{ value: null }, { value: Number.NaN }] }])).toBe('\n');
  expect(exposition([{ name: 'm', type: 'counter', help: '', samples: Array.from({ length: 5000 }, (_v, i) => ({ labels: { i: String(i) }, value: 1 })) }]).split('\n')).toHaveLength(MAX_SERIES + 3);
});
