import { describe, expect, test } from 'vitest';
import { barPaths, keywordList, slashPaths } from './keywords.ts';

describe('tags with levels', () => {
  test('of Lightroom, digiKam and Windows in one form', () => {
    expect(barPaths(['Places|Europe|Lisbon', ' a | |b ', '|', null, 'AC/DC|live'])).toEqual(['Places/Europe/Lisbon', 'a/b', 'AC-DC/live']);
    expect(slashPaths(['People/Marie Curie', '/', 'one'])).toEqual(['People/Marie Curie', 'one']);
  });
  test('what others repeat for readers without levels is left out', () => {
    expect(keywordList(['Places', 'Places/Europe', 'Places/Europe/Lisbon', 'places/europe/lisbon'], [['lisbon', 'EUROPE', 'beach', 'Beach'], 'Places/Europe/Lisbon'])).toEqual(['Places/Europe/Lisbon', 'beach']);
    expect(keywordList(['squirrel'], ['Squirrel', 'park'])).toEqual(['squirrel', 'park']);
  });
  test('a / in a word without levels is none', () => expect(keywordList(['Bands/AC-DC'], ['B/W', 'AC/DC', 'bands/ac-dc', 'b-w'])).toEqual(['Bands/AC-DC', 'B-W']));
  test('words that are no tags for another reason', () => expect(keywordList(['a/b'], ['Ana', 'sea'], ['ana'])).toEqual(['a/b', 'sea']));
  test('once each whatever the case or the Unicode form', () => expect(keywordList([], [['Beach', 'été'], 'beach', ['e\u0301te\u0301', ' ', 'Sea', 'cafe\u0301']])).toEqual(['Beach', 'été', 'Sea', 'caf\u00e9']));
  test('bounded', () => {
    expect(keywordList(Array.from({ length: 1000 }, (_, i) => `a/${i}`), Array.from({ length: 1000 }, (_, i) => `b${i}`))).toHaveLength(200);
    expect(barPaths(['x|'.repeat(100)])[0]!.split('/')).toHaveLength(10);
  });
});
