/** One part of a path against one part of a pattern: `*` is any letters, `?` is one. Takes a step for each letter, however many stars there are. */
export function matchesPart(pattern: string, text: string): boolean {
  let [p, t, star, from] = [0, 0, -1, 0];
  while (t < text.length) {
    if (p < pattern.length && pattern[p] === '*') [star, from, p] = [p, t, p + 1];
    else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) [p, t] = [p + 1, t + 1];
    else if (star >= 0) [p, t, from] = [star + 1, from + 1, from + 1];
    else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

function matchesPath(pattern: readonly string[], path: readonly string[]): boolean {
  // row by row: which starts of the path the first `i` parts of the pattern can be
  let fits = [true, ...path.map(() => false)];
  for (const part of pattern) {
    const next = part === '**' ? fits.map((_, n) => fits.slice(0, n + 1).includes(true)) : fits.map((_, n) => n > 0 && fits[n - 1]! && matchesPart(part, path[n - 1]!));
    fits = next;
  }
  return fits.at(-1)!;
}

const fold = (text: string): string => text.normalize('NFC').toLowerCase();

/** Whether any pattern names this entry. One without `/` is about a name, wherever it lies; one with `/` about the path below the folder that is imported. Large and small letters are the same. */
export function skipper(patterns: readonly string[]): (path: string) => boolean {
  const names = patterns.filter((p) => !p.replace(/\/$/, '').includes('/')).map((p) => fold(p.replace(/\/$/, '')));
  const paths = patterns.filter((p) => p.replace(/\/$/, '').includes('/')).map((p) => fold(p).split('/').filter((part) => part !== ''));
  return (path) => {
    const parts = fold(path).split('/');
    return names.some((n) => matchesPart(n, parts.at(-1)!)) || paths.some((p) => matchesPath(p, parts));
  };
}
