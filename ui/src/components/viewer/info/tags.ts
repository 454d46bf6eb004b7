const tidy = (text: string): string => text.split('/').map((level) => level.trim()).filter(Boolean).join('/').slice(0, 500);

/** What somebody typed (commas divide tags, slashes levels) → the tags that are not there yet. */
export function newTags(typed: string, have: readonly string[]): string[] {
  const known = new Set(have.map((tag) => tag.toLowerCase())), fresh: string[] = [];
  for (const tag of typed.split(',').map(tidy)) {
    if (!tag || known.has(tag.toLowerCase())) continue;
    known.add(tag.toLowerCase());
    fresh.push(tag);
  }
  return fresh;
}
