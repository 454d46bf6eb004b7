/** The last part of a path, and what stands before it. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
export const dirOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
/** Letters can be composed in two ways; disks and archives mix them. */
export const fold = (name: string): string => name.normalize('NFC').toLowerCase();
export const splitName = (name: string): { stem: string; ext: string } => { const at = name.lastIndexOf('.'); return at > 0 ? { stem: name.slice(0, at), ext: name.slice(at) } : { stem: name, ext: '' }; };

/** `iCloud Photos Part 3 of 12.zip`, whatever the words: which part of how many, and what all parts of that export are called alike. Null for another name. */
export function partOf(file: string): { n: number; of: number; family: string } | null {
  const stem = splitName(file).stem.replace(/ ?\(\d{1,3}\)$/, ''); // a browser counts downloads of one name
  const m = /^(.*?)(\d{1,4})(\D{1,24}?)(\d{1,4})(\D*)$/u.exec(stem);
  if (!m) return null;
  const [a, b] = [Number(m[2]), Number(m[4])];
  const [n, of] = a <= b ? [a, b] : [b, a];
  return n >= 1 && of <= 2000 ? { n, of, family: fold(`${m[1]}#${m[3]}#${m[5]}`.replace(/\s+/g, ' ').trim()) } : null;
}

/** Apple writes a second file of one name as `X-1.MOV`. */
export function renamed(name: string): { name: string; n: number } | null {
  const { stem, ext } = splitName(name);
  const m = /^(.+)-(\d{1,3})$/.exec(stem);
  return m ? { name: m[1]! + ext, n: Number(m[2]) } : null;
}
