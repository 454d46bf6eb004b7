import { describe, expect, it } from 'vitest';
import { compared, missed, told, within } from './row.ts';
import { figure, table } from './table.ts';

describe('rows and their table', () => {
  it('judges a budget by value / budget, the border included', () => {
    expect(within('a', 125, 'ms', 125)).toMatchObject({ ratio: 1, ok: true, limit: 125 });
    expect(within('a', 126, 'ms', 125)).toMatchObject({ ok: false });
  });
  it('judges a ratio on the side that it is bound to', () => {
    const row = { value: 100, unit: 'ms', limit: 130 };
    expect(compared('a', { ...row, ratio: 1.3, atLeast: 1.2 })).toMatchObject({ ok: true, note: 'ratio at least 1.2' });
    expect(compared('a', { ...row, ratio: 1.1, atLeast: 1.2 }).ok).toBe(false);
    expect(compared('a', { ...row, ratio: 1.3, atMost: 1.2, note: 'P3' })).toMatchObject({ ok: false, note: 'ratio at most 1.2; P3' });
    expect(compared('a', { ...row, ratio: 1.1, atMost: 1.2 }).ok).toBe(true);
  });
  it('takes a number that is none for a miss', () => { expect(compared('a', { value: 1, unit: '', limit: 0, ratio: Number.NaN, atLeast: 1 }).ok).toBe(false); });
  it('shows three figures', () => { expect([0, 0.0432, 1.254, 12.34, 123.4, 12345.6].map(figure)).toEqual(['0', '0.043', '1.25', '12.3', '123', '12346']); });
  it('aligns words to the left and numbers to the right, and marks what missed', () => {
    expect(table([within('ingest', 110, 'CPU ms', 125, 'all in'), told('layout', 7.5, 'ms'), missed('vips', 'not here')])).toBe([
      '      name    value  unit    limit  ratio  note',
      'ok    ingest    110  CPU ms    125   0.88  at most 125 CPU ms; all in',
      'ok    layout   7.50  ms          -      -',
      'MISS  vips        0              -      -  not here',
    ].join('\n'));
  });
});
