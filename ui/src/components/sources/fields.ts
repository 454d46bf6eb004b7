import type { SourceFields } from '../../data/sources.ts';
import type { ImportOptions, ImportSource } from '../../data/types.ts';
import { t } from '../../strings/t.ts';
import type { Values } from '../form/schema.ts';

/*
 * What Mantel itself asks about a source, as schemas: the same form shows them. The plugin's own questions come from its manifest.
 */
export const nameSchema = () => ({ type: 'object', required: ['name'], properties: { name: { type: 'string', title: t('src.name'), maxLength: 100 } } });
/** `admin`: may bring in photos for others. */
export const whereSchema = (admin: boolean) => ({ type: 'object', required: ['libraryId', 'ownerId'], properties: {
  libraryId: { type: 'string', title: t('src.library'), mantel: 'library' }, ...(admin ? { ownerId: { type: 'string', title: t('src.owner'), mantel: 'user' } } : {}),
  schedule: { type: 'string', title: t('src.schedule'), mantel: 'schedule' }, watch: { type: 'boolean', title: t('src.watch'), description: t('src.watch.hint') },
} });
const ON = ['albums', 'people', 'favourites', 'archived', 'trashed', 'locked', 'partner', 'previews'] as const, OFF = ['untitled', 'albumPlaces'] as const, MODES = ['copy', 'move', 'index'] as const;
export const optionsSchema = () => ({ type: 'object', required: ['mode'], properties: {
  mode: { type: 'string', title: t('src.option.mode'), enum: [...MODES], enumTitles: MODES.map((m) => t(`src.option.mode.${m}`)), default: 'copy' },
  ...Object.fromEntries(ON.map((o) => [o, { type: 'boolean', title: t(`src.option.${o}`), default: true }])), ...Object.fromEntries(OFF.map((o) => [o, { type: 'boolean', title: t(`src.option.${o}`), default: false }])),
} });

/** Everything that the page of a source holds while it is edited. */
export interface Draft { name: string; config: Values; where: Values; options: Values }
export const emptyOptions = (): Values => ({ mode: 'copy', ...Object.fromEntries(ON.map((o) => [o, true])), ...Object.fromEntries(OFF.map((o) => [o, false])) });

export const draftOf = (s: ImportSource): Draft => ({
  name: s.name, config: { ...s.config }, where: { libraryId: s.libraryId, ownerId: s.ownerId, watch: s.watch, ...(s.schedule ? { schedule: s.schedule } : {}) }, options: { ...emptyOptions(), ...s.options },
});
/** Only what differs from what goes without saying is said. */
export const optionsOf = (values: Values): ImportOptions => Object.fromEntries(Object.entries(emptyOptions()).filter(([key, usual]) => values[key] !== undefined && values[key] !== usual).map(([key]) => [key, values[key]])) as ImportOptions;
export const fieldsOf = (d: Draft): SourceFields => ({
  name: d.name.trim(), config: d.config, libraryId: String(d.where['libraryId'] ?? ''), ...(typeof d.where['ownerId'] === 'string' ? { ownerId: d.where['ownerId'] } : {}), options: optionsOf(d.options),
  schedule: typeof d.where['schedule'] === 'string' ? d.where['schedule'] : null, watch: d.where['watch'] === true,
});
/** Problems that name a question of Mantel's own, and the rest: the plugin's. */
export const OWN: readonly string[] = ['name', 'libraryId', 'ownerId', 'schedule', 'watch', 'mode'];
export const sameDraft = (a: Draft, b: Draft): boolean => stable(a) === stable(b);
/** The order of the keys says nothing. */
function stable(v: unknown): string {
  return JSON.stringify(v, (_, x: unknown) => (typeof x === 'object' && x !== null && !Array.isArray(x) ? Object.fromEntries(Object.entries(x).filter(([, y]) => y !== undefined).sort(([p], [q]) => (p < q ? -1 : 1))) : x));
}
