import { MantelError } from '@mantel/contracts/errors.ts';
import type { Conflict } from '@mantel/contracts/models/asset.ts';
import type { FactChange } from './edit.ts';
import { offsetMinutes } from './offset.ts';

const lines = (text: string | null): string[] => (text === null ? [] : text.split('\n').filter(Boolean));

/** The change that makes the value that lost hold again. People come back with their names; where they were is no longer known. */
export function lostValue({ fact, lost }: Conflict): FactChange {
  switch (fact) {
    case 'takenAt': return lost === null ? {} : { takenAtLocal: lost };
    case 'offset': return { offsetMinutes: lost === null ? null : /^-?\d+$/.test(lost) ? Number(lost) : offsetMinutes(lost) };
    case 'gps': {
      const [lat, lon] = (lost ?? '').split(',').map(Number);
      return { gps: lost === null || lat === undefined || lon === undefined ? null : { lat, lon } };
    }
    case 'rating': return { rating: lost === null ? null : Number(lost) };
    case 'title': return { title: lost };
    case 'description': return { description: lost };
    case 'tags': return { tags: lines(lost) };
    case 'people': return { people: lines(lost).map((name) => ({ name, region: null })) };
    default: throw new MantelError('not_found', 'There is no conflict about this.');
  }
}
