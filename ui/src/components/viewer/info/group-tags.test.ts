import { expect, test } from 'vitest';
import { groupTags } from './group-tags.ts';

const tags = [{ group: 'EXIF', name: 'Make', value: 'Apple' }, { group: 'XMP', name: 'Title', value: 'On the beach' }, { group: 'EXIF', name: 'Model', value: 'iPhone 7' }];

test('by group in the order of their first tag', () => {
  expect(groupTags(tags, '').map((g) => [g.name, g.tags.map((x) => x.name)])).toEqual([['EXIF', ['Make', 'Model']], ['XMP', ['Title']]]);
});
test('all words must be there, wherever and however written', () => {
  expect(groupTags(tags, ' exif IPHONE ').flatMap((g) => g.tags.map((x) => x.name))).toEqual(['Model']);
  expect(groupTags(tags, 'beach iphone')).toEqual([]);
});
