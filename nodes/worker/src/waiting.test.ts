import { expect, test } from 'vitest';
import { placesToKnock } from './waiting.ts';

const typed = { host: '192.168.1.5', port: 2283 };
const now = { host: '192.168.1.77', port: 2283 };
const other = { host: '192.168.1.9', port: 2283 };
const found = [{ id: 'aaaaaaaaaaaaaaaa', places: [now] }, { id: 'bbbbbbbbbbbbbbbb', places: [other] }];
const last = { cid: 'aaaaaaaaaaaaaaaa', host: '192.168.1.40', port: 2283 };
const { cid: _, ...lastPlace } = last;

test.each<[string, Parameters<typeof placesToKnock>[0], object[]]>([
  ['nothing is known: whoever is found', { pinned: false, found }, [now, other]],
  ['an address was typed and nothing else is known: only there', { typed, pinned: false, found }, [typed]],
  ['typed on its joining day, with the key of the house: where it is found too, for only the house has that key', { typed, pinned: true, found }, [typed, now, other]],
  ['removed: its house where it is now, and where it was last', { typed, pinned: false, last, found }, [typed, now, lastPlace]],
  ['nobody is found: where it was last', { typed, pinned: true, last, found: [] }, [typed, lastPlace]],
  ['each once', { typed: now, pinned: true, last: { ...last, ...now }, found: [found[0]!] }, [now]],
])('%s', (_name, known, places) => expect(placesToKnock(known)).toEqual(places));
