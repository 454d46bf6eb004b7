import { describe, expect, test } from 'vitest';
import { dateOfFolder, dateOfName } from './date-names.ts';

const now = Date.UTC(2026, 5, 1);
const told = (name: string): string | null => {
  const g = dateOfName(name, now);
  return g && `${new Date(g.wall).toISOString().slice(0, 19)}${g.utc ? 'Z' : ''}${g.exact ? '' : ' about'}`;
};

describe('names of phones, messengers and people', () => {
  test.each([
    ['IMG_20190615_234510.jpg', '2019-06-15T23:45:10'], ['VID_20190615_234510_1.mp4', '2019-06-15T23:45:10'], ['20190615_234510.jpg', '2019-06-15T23:45:10'], ['20190615_234510_HDR (2).jpg', '2019-06-15T23:45:10'], ['MVIMG_20190615_234510.jpg', '2019-06-15T23:45:10'], ['PANO_20190615_234510.vr.jpg', '2019-06-15T23:45:10'],
    ['PXL_20210102_030405678.jpg', '2021-01-02T03:04:05Z'], ['PXL_20210102_030405678.MP.jpg', '2021-01-02T03:04:05Z'], ['PXL_20210102_030405678~2.jpg', '2021-01-02T03:04:05Z'],
    ['Screenshot_20190615-234510_Chrome.jpg', '2019-06-15T23:45:10'], ['Screenshot_2019-06-15-23-45-10.png', '2019-06-15T23:45:10'], ['Screenshot 2019-05-21 at 10.45.52.png', '2019-05-21T10:45:52'], ['Screen Shot 2019-05-21 at 10.45.52 PM.png', '2019-05-21T22:45:52'],
    ['Screenshot 2019-05-21 at 12.05.52\u202fAM.png', '2019-05-21T00:05:52'], ['Bildschirmfoto 2019-05-21 um 10.45.52.png', '2019-05-21T10:45:52'], ["Capture d’écran 2019-05-21 à 10.45.52.png", '2019-05-21T10:45:52'],
    ['00100lPORTRAIT_00100_BURST20190615234510123_COVER.jpg', '2019-06-15T23:45:10'], ['IMG-20190102-WA0003.jpg', '2019-01-02T12:00:00 about'], ['VID-20190102-WA0003.mp4', '2019-01-02T12:00:00 about'], ['WhatsApp Image 2020-01-01 at 12.00.00.jpeg', '2020-01-01T12:00:00'], ['WhatsApp Image 2020-01-01 at 12.00.00 (1).jpeg', '2020-01-01T12:00:00'],
    ['signal-2020-01-01-12-00-00-123.jpg', '2020-01-01T12:00:00'], ['signal-2020-01-01-120000.jpg', '2020-01-01T12:00:00'], ['photo_2020-01-01_12-00-00.jpg', '2020-01-01T12:00:00'], ['2019-06-15 23.45.10.jpg', '2019-06-15T23:45:10'], ['2019-06-15 23.45.10-1.jpg', '2019-06-15T23:45:10'],
    ['FB_IMG_1546300800000.jpg', '2019-01-01T00:00:00Z'], ['1546300800000.jpg', '2019-01-01T00:00:00Z'], ['mmexport1546300800000.jpg', '2019-01-01T00:00:00Z'], ['WIN_20190615_23_45_10_Pro.jpg', '2019-06-15T23:45:10'], ['LRM_EXPORT_20190615_234510.jpg', '2019-06-15T23:45:10'],
    ['1950-06-12 Wedding.tif', '1950-06-12T12:00:00 about'], ['1950-06-xx Wedding.tif', '1950-06-15T12:00:00 about'], ['1950-06-… Hochzeit.jpg', '1950-06-15T12:00:00 about'], ['1950-06.jpg', '1950-06-15T12:00:00 about'], ['20190615.jpg', '2019-06-15T12:00:00 about'], ['20190615_001.jpg', '2019-06-15T12:00:00 about'], ['Screenshot 2024-01-02 123456.png', '2024-01-02T12:34:56'], ['2019-06-15 IMG_12345.jpg', '2019-06-15T12:00:00 about'], ['2019-06-15 IMG_123456.jpg', '2019-06-15T12:00:00 about'], ['Screenshot from 2019-06-15 23-45-10.png', '2019-06-15T23:45:10'], ['Oma 15.06.2019.jpg', '2019-06-15T12:00:00 about'],
  ])('%s → %s', (name, date) => expect(told(name)).toBe(date));

  test.each([
    'IMG_1234.JPG', 'DSC01234.jpg', 'DSC_20191.jpg', 'Snapchat-1234567890.jpg', 'received_10206421234567890.jpeg', '87654321.jpg', '12345678901234567890.jpg', 'IMG_20191335_234510.jpg', 'IMG_20190615_256199.jpg', '19700101_000000.jpg', 'IMG_20990615_234510.jpg', '2099-06-15 10.00.00.jpg',
    '1920x1080.jpg', '2048.png', 'P1020304.JPG', 'image_50419201.jpg', '1546300800.jpg', '9999999999999.jpg', '', '.jpg', '0000-00-00.jpg', 'file 2019-99-99.jpg', '2004-2005.jpg', '4f20190615a.jpg', '20190615_10152019061512345_1234567890123456_n.jpg', '1a2b3c4d-2004-4f05-8a01-20040506aabb.jpg', '201906152345101.jpg', 'a'.repeat(300),
  ])('%s says nothing', (name) => expect(told(name)).toBeNull());
});

describe('folders', () => {
  const of = (folder: string): string | null => { const g = dateOfFolder(folder, now); return g && new Date(g.wall).toISOString().slice(0, 16); };
  test.each([
    ['Photos/2004', '2004-07-01T12:00'], ['Photos/2004/2004-05 Italy', '2004-05-15T12:00'], ['Photos/2004/2004-05-17 Birthday/', '2004-05-17T12:00'], ['2004/05/17', '2004-05-17T12:00'], ['2004/05 Italy', '2004-05-15T12:00'], ['Photos from 2019', '2019-07-01T12:00'], ['Summer 1987', '1987-07-01T12:00'],
    ['C:\\Fotos\\2011\\2011_08_03', '2011-08-03T12:00'], ['20040517 Birthday', '2004-05-17T12:00'], ['2004/Italy/raw', '2004-07-01T12:00'], ['Scans (1956)', '1956-07-01T12:00'], ['2004/2006-03', '2006-03-15T12:00'],
  ])('%s → %s', (folder, date) => expect(of(folder)).toBe(date));
  test.each(['DCIM/100CANON', 'Wallpapers 1920x1080', 'Trips 2004-2005', 'Room 2099', '', 'IMG_2004', 'a/b/c', '13/45', 'x2004p'])('%s says nothing', (folder) => expect(of(folder)).toBeNull());
});

test('a name made to hurt costs nothing', () => {
  const before = process.cpuUsage();
  for (const name of ['2019-06-15'.repeat(30), '1'.repeat(255), '2019-06-15' + ' '.repeat(240), '20190615_'.repeat(28)]) { dateOfName(name, now); dateOfFolder(name.repeat(4), now); }
  expect(process.cpuUsage(before).user).toBeLessThan(200_000);
});
