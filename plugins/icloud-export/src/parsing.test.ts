import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { appleWords } from '../fixtures/make.ts';
import { readCsv, textOf } from './csv.ts';
import { appleDate } from './dates.ts';
import { partOf, renamed } from './names.ts';
import { readTable } from './tables.ts';

const seed = Number(process.env.SEED ?? Date.now() % 1e9);
console.info(`seed ${seed} (SEED=${seed} runs the same again)`);

describe('dates', () => {
  test.each([
    ['Saturday June 4,2022 12:11 PM GMT', '2022-06-04T12:11:00.000Z'], ['Friday October 06,2023 12:11 PM GMT', '2023-10-06T12:11:00.000Z'], ['Sunday February 9,2025 1:36 AM GMT', '2025-02-09T01:36:00.000Z'], ['Sunday January 1,2023 12:05 AM GMT', '2023-01-01T00:05:00.000Z'],
    ['Saturday June 18,2022 14:00 PM GMT', '2022-06-18T14:00:00.000Z'], ['Monday July 1, 1968 9:00\u202fAM GMT', '1968-07-01T09:00:00.000Z'], ['June 5, 2021 at 2:48 PM GMT', '2021-06-05T14:48:00.000Z'], ['5 Jun 2021 14:48:09 UTC', '2021-06-05T14:48:09.000Z'], ['2021-06-05T14:48:09Z', '2021-06-05T14:48:09.000Z'],
  ])('%s', (text, iso) => expect(new Date(appleDate(text)!.at).toISOString()).toBe(iso));
  test.each(['', '-', 'yesterday', 'Saturday June 4,2022 12:11 PM', 'Saturday June 31,2022 12:11 PM GMT', 'Saturday Smarch 4,2022 12:11 PM GMT', 'Saturday June 4,2022 25:11 GMT', 'Thursday January 1,1970 12:00 AM GMT', 'Saturday June 4,9999 1:11 PM GMT', 'Saturday June 4,2022 12:11 PM PDT', 'x'.repeat(100_000)])('%s is none', (text) => expect(appleDate(text)).toBeNull());
  test('only seconds that are written count as known', () => expect([appleDate('2021-06-05T14:48:09Z')!.seconds, appleDate('Saturday June 4,2022 12:11 PM GMT')!.seconds]).toEqual([true, false]));
  test('what Apple writes is read to the minute', () => {
    fc.assert(fc.property(fc.integer({ min: Date.UTC(1850, 0, 1) / 60_000, max: Date.UTC(2150, 0, 1) / 60_000 }).filter((m) => m !== 0), fc.boolean(), (minute, padded) => appleDate(appleWords(minute * 60_000, padded))?.at === minute * 60_000), { seed });
  });
});

describe('tables', () => {
  test('quotes, line ends, marks, encodings', () => {
    expect(readCsv('\ufeffa,b\r\n"x, ""y""",2\n\n"two\nlines",3\r4')).toEqual([['a', 'b'], ['x, "y"', '2'], ['two\nlines', '3'], ['4']]);
    expect(readCsv('a\n"stray quote.jpg\nb.jpg\n')).toEqual([['a'], ['"stray quote.jpg'], ['b.jpg']]);
    expect(readCsv('a\n5" disk.jpg,x\n')).toEqual([['a'], ['5" disk.jpg', 'x']]);
    expect([textOf(Buffer.from('é', 'utf8')), textOf(Buffer.from('\ufeffé', 'utf16le')).slice(-1), textOf(Buffer.from('é', 'latin1'))]).toEqual(['é', 'é', 'é']);
  });
  test('any cells come back', () => {
    const cell = fc.string({ maxLength: 20 }).map((s) => s.trim());
    fc.assert(fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 10 }), (rows) => {
      const text = rows.map((r) => r.map((c) => `"${c.replaceAll('"', '""')}"`).join(',')).join('\r\n');
      expect(readCsv(text)).toEqual(rows);
    }), { seed });
  });
  test('any bytes end', () => fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => { readTable('Albums/x.csv', bytes); readTable('Photos/Photo Details.csv', Buffer.concat([Buffer.from('imgName,hidden\n'), bytes])); }), { seed }));
  test('details, wherever the columns stand, and dates that lost their quotes', () => {
    expect(readTable('Photos/Photo Details.csv', Buffer.from('hidden,imgName,favorite,originalCreationDate,deleted\nyes,A.JPG,no,"Saturday June 4,2022 12:11 PM GMT",no\nno,B.JPG,yes,Saturday June 4,2022 12:11 PM GMT,no\n'))).toEqual({
      kind: 'details', path: 'Photos/Photo Details.csv', rows: [{ name: 'A.JPG', favourite: false, hidden: true, deleted: false, at: Date.UTC(2022, 5, 4, 12, 11), minute: true }, { name: 'B.JPG', favourite: true, hidden: false, deleted: false, at: Date.UTC(2022, 5, 4, 12, 11), minute: true }],
    });
  });
  test.each([['Albums/Trip.csv', 'Images', 'album'], ['Albums/Trip.csv', 'imgName', 'album'], ['Memories/Summer 2017.csv', 'imageName', 'memory'], ['Albums/Favorites.csv', 'imgName', 'favourites'], ['Albums/Hidden.csv', 'imgName', 'hidden'], ['Albums/RAW.csv', 'imgName', 'automatic']])('%s with %s: %s', (path, head, kind) => {
    expect(readTable(path, Buffer.from(`${head}\na.jpg\nb.jpg\na.jpg\n`))).toMatchObject({ kind, names: ['a.jpg', 'b.jpg'] });
  });
  test('a table of something else is none; an empty album is one', () => {
    expect(readTable('Photos/other.csv', Buffer.from('Date,Size\n1,2\n'))).toBeNull();
    expect(readTable('Albums/Empty.csv', Buffer.from(''))).toMatchObject({ kind: 'album', names: [] });
  });
});

describe('names', () => {
  test.each([['iCloud Photos Part 1 of 12.zip', 1, 12], ['iCloud-bilder Del 3 av 6.zip', 3, 6], ['iCloud Photos Part 10 of 12 (1).zip', 10, 12], ['iCloud-Fotos Teil 2 von 4.zip', 2, 4], ['iCloud 照片（第 2 部分，共 5 部分）.zip', 2, 5]])('%s', (name, n, of) => expect(partOf(name)).toMatchObject({ n, of }));
  test('parts of one export are one family', () => {
    expect(partOf('iCloud Photos Part 1 of 12.zip')!.family).toBe(partOf('iCloud Photos Part 12 of 12 (2).zip')!.family);
    expect(partOf('holiday.zip')).toBeNull();
    expect([renamed('IMG_1-2.MOV'), renamed('IMG_1.MOV')]).toEqual([{ name: 'IMG_1.MOV', n: 2 }, null]);
  });
});
