import { expect, test } from 'vitest';
import { pairSidecars } from './upload-pairs.ts';

const found = (...paths: string[]): { file: File; folder: string }[] => paths.map((p) => ({ file: new File([], p.slice(p.lastIndexOf('/') + 1)), folder: p.slice(0, Math.max(0, p.lastIndexOf('/'))) }));
const told = (...paths: string[]): string[] => pairSidecars(found(...paths)).map((p) => `${p.folder ? `${p.folder}/` : ''}${p.file.name}${p.sidecar ? ` + ${p.sidecar.name}` : ''}${p.lonely ? ' alone' : ''}`);

test('both ways of naming a sidecar, in whatever order and case', () => {
  expect(told('a.jpg.xmp', 'a.jpg', 'b.XMP', 'B.JPG', 'c.png')).toEqual(['a.jpg + a.jpg.xmp', 'B.JPG + b.XMP', 'c.png']);
});

test('of several files with that name the RAW is meant, and the exact name wins', () => {
  expect(told('a.jpg', 'a.nef', 'a.xmp')).toEqual(['a.jpg', 'a.nef + a.xmp']);
  expect(told('a.mov', 'a.jpg', 'a.xmp')).toEqual(['a.mov', 'a.jpg + a.xmp']);
  expect(told('a.nef', 'a.xmp', 'a.nef.xmp', 'a.jpg')).toEqual(['a.nef + a.nef.xmp', 'a.jpg + a.xmp']);
});

test('only within the same folder; what is left over is told', () => {
  expect(told('one/a.jpg', 'two/a.xmp', 'one/a.jpg.xmp')).toEqual(['one/a.jpg + a.jpg.xmp', 'two/a.xmp alone']);
  expect(told('notes.xmp')).toEqual(['notes.xmp alone']);
});

test('names from a Mac and from elsewhere are the same name', () => {
  expect(told('Ü.jpg'.normalize('NFD'), 'Ü.xmp'.normalize('NFC')).filter((s) => s.includes('+'))).toHaveLength(1);
});
