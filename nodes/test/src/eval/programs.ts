import { createRequire } from 'node:module';
import path from 'node:path';

/** The perl script of exiftool, without anything of ours around it. */
export function perlExiftool(): string {
  const load = createRequire(createRequire(import.meta.url).resolve('exiftool-vendored'));
  return path.join(path.dirname(load.resolve('exiftool-vendored.pl/package.json')), 'bin/exiftool');
}
