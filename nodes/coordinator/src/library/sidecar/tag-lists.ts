import { barPaths, flatWords, foldTag, keywordList, MAX_TAGS, slashPaths } from '../facts/keywords.ts';

/** One value of a list: as it stands there, and the tag that we take it for; null: it stays there, and is none of ours (too long, people). */
interface Entry { raw: string; tag: string | null }
interface Lists { digikam: Entry[]; deep: Entry[]; flat: Entry[]; /** digiKam's mirror of who is in the picture, without the first level. */ named: string[] }
type Tags = Record<string, unknown>;
const [DIGIKAM, DEEP, FLAT] = ['XMP-digiKam:TagsList', 'XMP-lr:HierarchicalSubject', 'XMP-dc:Subject'] as const;
const MAX_VALUES = 5000;
const MAX_PATH = 500;
const MAX_WORD = 200;

/** digiKam keeps people as tags, too, below this. */
const isPerson = (tag: string): boolean => /^People\/./.test(tag);
const isTag = (tag: string): boolean => !isPerson(tag) && tag !== 'People';
/** Whom digiKam calls unknown or ignored is nobody. */
export const isNobody = (name: string): boolean => /^(unknown|unconfirmed|ignored)$/i.test(name);

/** A tag as Lightroom writes it: its levels divided by |, which a level itself must not hold then. */
const hierarchical = (tag: string): string => tag.replaceAll('|', '∣').replaceAll('/', '|');

const values = (value: unknown): unknown[] => (value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]);
const list = (value: unknown, max: number, tagOf: (raw: string) => string | null): Entry[] => values(value).slice(0, MAX_VALUES).filter((v) => typeof v === 'string' || typeof v === 'number').map((v) => ({ raw: String(v), tag: String(v).length > max ? null : tagOf(String(v)) }));

function lists(t: Tags): Lists {
  const digikam = list(t[DIGIKAM], MAX_PATH, (raw) => slashPaths([raw])[0] ?? null);
  const same = new Map(digikam.map((e) => [foldTag(hierarchical(e.raw)), e.tag]));
  const deep = list(t[DEEP], MAX_PATH, (raw) => same.get(foldTag(raw)) ?? barPaths([raw])[0] ?? null);
  const named = digikam.flatMap(({ tag }) => (tag !== null && isPerson(tag) ? [tag.slice(tag.indexOf('/') + 1)] : []));
  return { digikam, deep, flat: list(t[FLAT], MAX_WORD, (raw) => flatWords([raw])[0] ?? null), named };
}
const tagsIn = (entries: Entry[]): string[] => [...new Map(entries.flatMap(({ tag }) => (tag !== null && isTag(tag) ? [[foldTag(tag), tag] as const] : [])).toReversed()).values()].toReversed();
/** However many there are. */
const allOf = ({ digikam, deep, flat, named }: Lists): string[] => keywordList(tagsIn([...digikam, ...deep]), flat.flatMap((e) => (e.tag === null ? [] : [e.raw])), ['People', ...named.flatMap((n) => n.split('/'))], Infinity);

/** Tags as the three kinds of programs keep them, all together, and people that digiKam keeps among them. null: it says nothing about tags. */
export function readTags(t: Tags): { tags: string[]; tagLists: { digikam?: string[]; deep?: string[]; flat?: string[] }; named: string[] } | null {
  if (t[DIGIKAM] === undefined && t[DEEP] === undefined && t[FLAT] === undefined) return null;
  const there = lists(t);
  return {
    tags: allOf(there).slice(0, MAX_TAGS), named: there.named,
    tagLists: { ...(t[DIGIKAM] === undefined ? {} : { digikam: tagsIn(there.digikam) }), ...(there.deep.length ? { deep: tagsIn(there.deep) } : {}), ...(t[FLAT] === undefined ? {} : { flat: there.flat.flatMap((e) => e.tag ?? []) }) },
  };
}

/**
 * The three lists for `tags`. What stands there already in other letters (`B/W`, `Bands|AC/DC`) stays so, and what we never took stays, too: tags beyond our limit, too long ones, digiKam's mirror of `people`.
 * `known`: the tags that both sides knew; what is in it and not in `tags` was taken away here. Nothing at all where there are more than we look at.
 */
export function writtenTags(tags: readonly string[], people: readonly string[], there: Tags, known?: readonly string[]): Tags {
  if ([DIGIKAM, DEEP, FLAT].some((name) => values(there[name]).length > MAX_VALUES)) return {};
  const { digikam, deep, flat, named } = lists(there);
  const all = allOf({ digikam, deep, flat, named });
  const setOf = (some: readonly string[]): Set<string> => new Set(some.map(foldTag));
  const [ours, before] = [setOf(tags), setOf(known ?? [])];
  const [inDigikam, inDeep, inFlat] = [digikam, deep, flat].map((l) => setOf(l.flatMap((e) => e.tag ?? []))) as [Set<string>, Set<string>, Set<string>];
  // one that lacks in any of the lists was taken out by a program that knows only that list
  const everywhere = (tag: string): boolean => inDigikam.has(foldTag(tag)) && inDeep.has(foldTag(tag)) && inFlat.has(foldTag(tag.split('/').at(-1)!));
  const beyond = (known ? all.filter((tag) => !before.has(foldTag(tag)) && (all.length > MAX_TAGS || everywhere(tag))) : all.slice(MAX_TAGS)).filter((tag) => !ours.has(foldTag(tag)));
  const wanted = [...tags, ...beyond];

  const present = setOf(people);
  const somebody = (tag: string): boolean => tag === 'People' || (isPerson(tag) && (present.has(foldTag(tag.slice(7))) || isNobody(tag.slice(7))));
  const mirror = ({ tag }: Entry): boolean => tag === null || somebody(tag);
  const names = setOf([...digikam, ...deep].flatMap(({ tag }) => (tag !== null && somebody(tag) ? tag.split('/') : [])));
  const written = (entries: Entry[], mine: readonly string[], fresh: (tag: string) => string, stays: (e: Entry) => boolean): string[] => {
    const spelled = new Map(entries.flatMap(({ raw, tag }) => (tag === null ? [] : [[tag, raw] as const])));
    return [...new Set([...mine.map((tag) => spelled.get(tag.normalize('NFC')) ?? fresh(tag)), ...entries.filter(stays).map((e) => e.raw)])];
  };
  return {
    [FLAT]: written(flat, wanted.map((tag) => tag.split('/').at(-1)!), (tag) => tag, (e) => e.tag === null || names.has(foldTag(e.tag))),
    [DEEP]: written(deep, wanted, hierarchical, mirror), [DIGIKAM]: written(digikam, wanted, (tag) => tag, mirror),
  };
}
