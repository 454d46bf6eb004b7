import type { ImportSource, Manifest, Plugin, PluginOffer, Repair } from '../data/types.ts';
import { formatDate, formatMemory, formatMoment } from './format.ts';
import { type StringKey, t } from './t.ts';

type Look = { icon: string; tone: '' | 'good' | 'warn' };
export const STATE: Record<Plugin['state'], Look> = { enabled: { icon: 'circle-check', tone: 'good' }, disabled: { icon: 'power-off', tone: '' }, broken: { icon: 'triangle-alert', tone: 'warn' } };
export const WALL: Record<Plugin['isolation'], Look> = { bubblewrap: { icon: 'shield-check', tone: 'good' }, none: { icon: 'shield-alert', tone: 'warn' }, trusted: { icon: 'shield', tone: '' } };

export const stateLine = (p: Plugin): string => [t(`plugins.state.${p.state}`), p.running > 0 && t('plugins.running'), p.sources > 0 && t('plugins.sources', { n: p.sources })].filter(Boolean).join(' · ');
export const originLine = (p: Pick<Plugin, 'origin' | 'ref'>): string => t(`plugins.origin.${p.origin}`, { ref: p.ref ?? '' });

/** One thing that a plugin may do. `fresh`: the version that is here may not. */
export interface Ability { icon: string; text: string; fresh: boolean }
const has = (m: Manifest, ...marks: string[]): boolean => Object.values((m.config['properties'] ?? {}) as Record<string, { mantel?: string } | null>).some((p) => marks.includes(p?.mantel ?? ''));

/** What a plugin may do, in plain words; `before`: the manifest that is here now, when this is an upgrade of it. */
export function abilities(m: Manifest, before?: Manifest): Ability[] {
  const { paths, hosts, addons } = m.permissions, old = before?.permissions;
  const all: Ability[] = [];
  const can = (icon: string, text: string, fresh = false): void => { all.push({ icon, text, fresh: fresh && before !== undefined }); };
  if (has(m, 'path', 'paths')) can('folder-open', t('can.named'), before !== undefined && !has(before, 'path', 'paths'));
  for (const p of paths) can('folder', t('can.path', { path: p }), !old?.paths.includes(p));
  if (paths.length === 0 && !has(m, 'path', 'paths')) can('folder', t('can.noPath'));
  for (const h of hosts) can('globe', t('can.host', { host: h }), !old?.hosts.includes(h));
  if (hosts.length === 0) can('unplug', t('can.noHost'));
  if (has(m, 'secret')) can('key-round', t('can.secret'), before !== undefined && !has(before, 'secret'));
  if (addons) can('cpu', t('can.addons'), !old?.addons);
  can('activity', t('can.memory', { size: formatMemory(m.memoryMb * 2 ** 20) }));
  return all;
}
/** In one line, for a card. */
export function abilityLine(m: Manifest): string {
  const { paths, hosts, addons } = m.permissions, named = has(m, 'path', 'paths');
  return [
    named || paths.length > 0 ? t(paths.length === 0 ? 'can.short.named' : named ? 'can.short.both' : 'can.short.paths', { n: paths.length }) : t('can.short.noPath'),
    hosts.length === 0 ? t('can.short.noHost') : t('can.short.hosts', { hosts: hosts.slice(0, 2).join(', ') }) + (hosts.length > 2 ? ` +${hosts.length - 2}` : ''), addons && t('can.short.addons'),
  ].filter(Boolean).join(' · ');
}
/** What is asked for beyond what is here, and is not among the lines of `abilities`. */
export const asksMore = (o: PluginOffer, lines: readonly Ability[]): string[] => o.asksMore.filter((a) => !lines.some((l) => l.fresh && (a === 'addons' || l.text.includes(a.replace(/^\w+: */, '')))));

const KINDS: readonly string[] = ['plugin_crashed', 'plugin_files_changed', 'plugin_unsupported', 'source_failed', 'import_stopped', 'not_isolated'];
export const repairTitle = (r: Repair): string => t((KINDS.includes(r.kind) ? `repair.${r.kind}` : 'repair.other') as 'repair.other');
const FIX: Record<string, StringKey> = { 'plugins.enable': 'repair.fix.enable', 'plugins.rollback': 'repair.fix.rollback', 'imports.resume': 'repair.fix.resume', 'imports.retry': 'repair.fix.retry' };
/** The words of a card's button; null when only a person can do something. */
export const fixWords = (r: Repair): string | null => (r.fix === null ? null : t((FIX[r.fix] ?? 'repair.fix') as 'repair.fix'));
/** Where what the card is about can be looked at. */
export function repairLink(r: Repair): { href: string; words: string } | null {
  const to = encodeURIComponent(r.about);
  if (r.kind.startsWith('plugin_')) return { href: `/admin/plugins/${to}`, words: t('repair.show.plugin') };
  if (r.kind === 'source_failed') return { href: `/admin/sources/${to}`, words: t('repair.show.source') };
  return r.kind === 'import_stopped' ? { href: `/import/${to}`, words: t('repair.show.import') } : null;
}

export const sourceState = (s: ImportSource, now = Date.now()): string => {
  if (!s.enabled) return t('sources.off');
  if (s.schedule && !s.nextRunAt) return t('sources.waiting');
  const next = s.nextRunAt && Date.parse(s.nextRunAt) > now - 60_000 ? t('sources.next', { when: formatMoment(new Date(s.nextRunAt)) }) : '';
  return [next, s.watch && t('sources.watched')].filter(Boolean).join(' · ') || t('sources.onDemand');
};

/** Numbers by size, the rest by letters; enough to say which way a step goes. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [a, b].map((v) => v.split('+')[0]!.split('-')[0]!.split('.').map(Number)) as [number[], number[]];
  for (let i = 0; i < 3; i++) if ((x[i] ?? 0) !== (y[i] ?? 0)) return (x[i] ?? 0) - (y[i] ?? 0);
  return a === b ? 0 : Number(!a.includes('-')) - Number(!b.includes('-')) || (a < b ? -1 : 1);
}
export const replacesLine = (here: string, next: string): string => t(compareVersions(next, here) < 0 ? 'add.offer.older' : next === here ? 'add.offer.same' : 'add.offer.replaces', { v: here });

const two = (n: number): string => String(n).padStart(2, '0');
/** A line of a plugin's log: the time of today, with the date before that, and its words. */
export function pluginLine(line: string, now = new Date()): { time: string; text: string } {
  const m = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) (.*)$/s.exec(line), at = m ? new Date(m[1]!) : undefined;
  if (!m || !at || Number.isNaN(at.getTime())) return { time: '', text: line };
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return { time: at.toDateString() === now.toDateString() ? clock : `${formatDate(m[1]!)} ${clock}`, text: m[2]! };
}
