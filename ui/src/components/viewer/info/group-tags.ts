interface Tag { group: string; name: string; value: string }

/** Tags by their group, in the order in which they came; with words, only those that have all of them in group, name or value. */
export function groupTags(tags: readonly Tag[], words: string): { name: string; tags: Tag[] }[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean), groups = new Map<string, Tag[]>();
  for (const tag of tags) {
    const text = `${tag.group} ${tag.name} ${tag.value}`.toLowerCase();
    if (!wanted.every((w) => text.includes(w))) continue;
    const group = groups.get(tag.group);
    if (group) group.push(tag);
    else groups.set(tag.group, [tag]);
  }
  return [...groups].map(([name, list]) => ({ name, tags: list }));
}
