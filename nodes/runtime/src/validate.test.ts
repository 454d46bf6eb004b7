import { describe, expect, it } from 'vitest';
import { ACTIONS, GATEWAY } from '@mantel/contracts/actions/index.ts';
import { MantelError } from '@mantel/contracts/errors.ts';
import { check, matches, readablePath } from './validate.ts';

const id = '5b0e1e3e-8f0c-4b4e-9d0a-0c1d2e3f4a5b';
const refusal = (work: () => unknown): unknown => { try { work(); } catch (e) { return e; } return undefined; };

describe('check', () => {
  it('gives back the value', () => { expect(check(ACTIONS['assets.get'].params, { id })).toEqual({ id }); });
  it.each([
    ['assets.get', {}, 'id', '"id" is missing.'], ['assets.get', { id, extra: 1 }, 'extra', '"extra" is not known here.'], ['assets.trash', { ids: [id, 'x'] }, 'ids[1]', '"ids[1]" must match format "uuid".'],
    ['jobs.pause', { kind: 'dance' }, 'kind', '"kind" is not one of the allowed values.'], ['assets.get', null, '', 'The request must be object.'],
  ] as const)('%s of %j names "%s"', (action, value, path, message) => {
    const e = refusal(() => check(ACTIONS[action].params, value));
    expect(e).toBeInstanceOf(MantelError);
    expect(e).toMatchObject({ type: 'bad_request', data: { path }, message });
  });
  it('never repeats the value', () => {
    expect(String((refusal(() => check(ACTIONS['auth.login'].params, { email: 'a@b', password: { secret: 'hunter2' } })) as Error).message)).not.toContain('hunter2');
  });
  it('knows the contracts of the gateway', () => { expect(matches(GATEWAY['jobs.lease'].params, { auth: 'x', kinds: ['preview'], waitMs: 4000 })).toBe(true); });
  it('writes a path as a person would', () => { expect(readablePath('/a/0/b~1c')).toBe('a[0].b/c'); });
});
