import type { Discovered, Forecast, JobKind, NodeCaps, NodeSettings, NodeState, WorkerNode } from '../data/types.ts';
import { formatAbout, formatMemory, formatWhen } from './format.ts';
import { t } from './t.ts';

/** How each state looks. Only what asks for somebody's attention has a colour that does; a PC that sleeps is a normal thing. */
export const STATE: Record<NodeState, { icon: string; tone: 'good' | 'quiet' | 'warn' }> = {
  online: { icon: 'circle-check', tone: 'good' }, busy: { icon: 'activity', tone: 'good' }, resting: { icon: 'coffee', tone: 'quiet' }, paused: { icon: 'pause', tone: 'quiet' },
  draining: { icon: 'circle-dot-dashed', tone: 'quiet' }, asleep: { icon: 'moon', tone: 'quiet' }, lost: { icon: 'unplug', tone: 'warn' }, outdated: { icon: 'circle-arrow-up', tone: 'warn' },
};
export const isAway = (n: Pick<WorkerNode, 'state'>): boolean => n.state === 'asleep' || n.state === 'lost';

/** "Working · 2 jobs", "Asleep · seen yesterday 18:20", "Resting · until 22:00". */
export function stateLine(n: Pick<WorkerNode, 'state' | 'resting' | 'running' | 'load' | 'settings' | 'lastSeenAt'>, now = Date.now()): string {
  const { hours } = n.settings;
  const why = isAway(n) ? (n.lastSeenAt ? t('nodes.seen', { when: formatWhen(n.lastSeenAt, now) }) : t('nodes.never'))
    : n.resting === 'owner' ? t(n.load?.owner === 'active' ? 'nodes.why.owner' : 'nodes.why.unknown')
    : n.resting === 'hours' ? (hours ? t('nodes.why.hours', { time: hours.from }) : '')
    : n.running.length > 0 ? t('nodes.running', { n: n.running.length }) : '';
  return [t(`nodes.${n.state}`), why].filter(Boolean).join(' · ');
}

/** What is to be done, as a sentence; null when all is well. */
export function troubleOf(n: Pick<WorkerNode, 'state' | 'trouble' | 'update'>): string | null {
  if (n.trouble) return n.trouble;
  if (n.state === 'lost') return t('nodes.lost.text');
  if (n.state === 'outdated') return t('nodes.outdated.text');
  return n.update === 'failed' ? t('nodes.updateFailed') : null;
}

/** "8 cores · 16 GB memory · NVIDIA GeForce GTX 1060". */
export const hardware = (caps: NodeCaps | null): string => (caps ? [t('nodes.cores', { n: caps.cores }), caps.memoryBytes > 0 && t('nodes.memoryWord', { size: formatMemory(caps.memoryBytes) }), caps.gpu].filter(Boolean).join(' · ') : '');

const LITTLE = 0.95; // below this a change is worth a number

/** What a PC would change; honest when that is not known. */
export function changeLine(change: Discovered['change']): string {
  if (!change) return t('discovered.change.unmeasured');
  const { before, after } = change;
  if (before === 0) return t('discovered.change.none');
  if (after === null) return t('discovered.change.unmeasured');
  if (before === null) return t('discovered.change.first', { after: formatAbout(after) });
  if (after >= before * LITTLE || formatAbout(before) === formatAbout(after)) return t('discovered.change.same', { before: formatAbout(before) });
  return t('discovered.change', { before: formatAbout(before), after: formatAbout(after).replace(/^about /, '') });
}

/** The waiting work in time, and which PC it would be missed most without. */
export function forecastLines(f: Forecast, nodes: readonly Pick<WorkerNode, 'id' | 'name'>[]): string[] {
  if (f.backlogSeconds === 0) return [t('nodes.backlog.none')];
  if (f.backlogSeconds === null) return [t('nodes.backlog.unknown')];
  const now = f.backlogSeconds, all = t('nodes.backlog', { time: formatAbout(now) });
  const missed = f.perNode.filter((p) => p.without === null || p.without * LITTLE > now).toSorted((a, b) => (b.without ?? Infinity) - (a.without ?? Infinity))[0];
  const name = missed && nodes.find((n) => n.id === missed.id)?.name;
  if (!missed || !name) return [all];
  if (missed.without === null) return [all, t('nodes.without.never', { name })];
  const time = formatAbout(missed.without);
  return time === formatAbout(now) ? [all] : [all, t('nodes.without', { name, time })];
}

export const jobName = (kind: JobKind, name: string): string => (kind === 'probe' ? t('nodes.now.probe') : name ? t(`nodes.now.${kind}`, { name }) : t('nodes.now.gone'));

/** Labels as they are typed, with spaces or commas between them; or the first thing that is wrong with them. */
export function parseLabels(text: string): { labels: string[] } | { error: string } {
  const labels = [...new Set(text.split(/[\s,]+/).filter(Boolean).map((l) => l.toLowerCase()))];
  const bad = labels.find((l) => !/^[a-z0-9][a-z0-9._:-]{0,39}$/.test(l));
  if (bad !== undefined) return { error: t('node.labels.bad', { label: bad }) };
  return labels.length > 20 ? { error: t('node.labels.tooMany') } : { labels };
}

/** How many jobs at once may be chosen: what it offers (null) and some numbers around that. */
export function slotChoices(offered: number | undefined, chosen: number | null): (number | null)[] {
  const most = Math.min(64, Math.max(4, (offered ?? 1) * 2));
  const numbers = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64].filter((n) => n <= most || n === chosen);
  return [null, ...(chosen === null || numbers.includes(chosen) ? numbers : [...numbers, chosen].toSorted((a, b) => a - b))];
}

/** 123456 → "123 456", as people read numbers to each other. */
export const groupDigits = (code: string): string => code.replace(/(\d{3})(?=\d)/g, '$1 ');
export const defaultHours: NonNullable<NodeSettings['hours']> = { from: '22:00', to: '07:00' };
