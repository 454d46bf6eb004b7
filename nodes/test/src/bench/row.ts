/**
 * One line of the result. `value` in `unit`; `limit` is a fixed budget, or what a reference program or a floor reached in the same run (null: there is none, the row only informs);
 * `ratio` is what the row is judged by, as its note says; `ok` is false when it misses its bound.
 */
export interface Row { name: string; value: number; unit: string; limit: number | null; ratio: number | null; ok: boolean; note: string }

const sentence = (...parts: (string | undefined)[]): string => parts.filter(Boolean).join('; ');

/** A fixed budget: value / budget must not be over 1. */
export const within = (name: string, value: number, unit: string, budget: number, note?: string): Row =>
  ({ name, value, unit, limit: budget, ratio: value / budget, ok: value <= budget, note: sentence(`at most ${budget} ${unit}`, note) });

/** A ratio to something measured in the same run, with a bound on one side. */
export function compared(name: string, r: { value: number; unit: string; limit: number; ratio: number; atLeast?: number; atMost?: number; note?: string }): Row {
  const { atLeast, atMost, value, unit, limit, ratio } = r;
  const ok = ratio >= (atLeast ?? -Infinity) && ratio <= (atMost ?? Infinity);
  const bound = atLeast === undefined ? atMost === undefined ? undefined : `ratio at most ${atMost}` : `ratio at least ${atLeast}`;
  return { name, value, unit, limit, ratio, ok, note: sentence(bound, r.note) };
}

export const told = (name: string, value: number, unit: string, note = ''): Row => ({ name, value, unit, limit: null, ratio: null, ok: true, note });

/** What could not be measured counts as missed, and says why. */
export const missed = (name: string, note: string): Row => ({ name, value: 0, unit: '', limit: null, ratio: null, ok: false, note });
