import type { ActionName } from '@mantel/contracts/actions/index.ts';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { Handlers } from './adapter.ts';

/** Actions whose noun is being built: they answer with an error. Take a name away when its handler is there; the file goes with the last one. */
export const COMING: ActionName[] = [
  'imports.certify',
];
export const comingHandlers: Handlers = Object.fromEntries(COMING.map((name) => [name, () => { throw new MantelError('internal', 'This is being built.'); }]));
