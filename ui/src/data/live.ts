/** One line of the change log. */
export interface Change { seq: number; kind: 'asset' | 'library' | 'member' | 'user' | 'album' | 'person'; id: string; op: 'create' | 'update' | 'delete' | 'grant' | 'revoke' }
/** Told without saying what: counts of jobs, something about a PC, a plugin or a repair (admins), an import run (everybody). */
const HINTS = ['jobs', 'nodes', 'plugins', 'repairs', 'imports'] as const;
type Hint = (typeof HINTS)[number];
export type LiveEvent = { type: 'change'; change: Change } | { type: 'reset' } | { type: Hint } | { type: 'state'; connected: boolean };

/*
 * The one live connection of this browser window. The browser itself reconnects (and says where it stopped) after a broken connection; when the
 * server refused, it gives up, and we try again with growing pauses. After such a gap listeners get a `reset`: anything may have changed.
 */
const listeners = new Set<(e: LiveEvent) => void>();
let source: EventSource | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let pause = 1000;
let gap = false;
const MAX_PAUSE = 30_000;

let onRefused: () => void = () => undefined;
/** The session registers here: the server refused the connection, and only another request can tell why. */
export function whenRefused(fn: () => void): void { onRefused = fn; }

const tell = (e: LiveEvent): void => { for (const fn of [...listeners]) fn(e); };

export function startLive(): void {
  if (source || timer) return;
  const es = new EventSource('/api/v1/live');
  source = es;
  es.addEventListener('open', () => {
    pause = 1000;
    tell({ type: 'state', connected: true });
    if (gap) tell({ type: 'reset' });
    gap = false;
  });
  es.addEventListener('change', (e) => {
    const change = parse(e.data);
    if (change) tell({ type: 'change', change });
  });
  es.addEventListener('reset', () => tell({ type: 'reset' }));
  for (const type of HINTS) es.addEventListener(type, () => tell({ type }));
  es.addEventListener('error', () => {
    tell({ type: 'state', connected: false });
    if (es.readyState !== EventSource.CLOSED) return;
    gap = true;
    source = undefined;
    onRefused();
    timer = setTimeout(() => { timer = undefined; startLive(); }, pause * (0.75 + Math.random() / 2));
    pause = Math.min(pause * 2, MAX_PAUSE);
  });
}

export function stopLive(): void {
  source?.close();
  source = undefined;
  clearTimeout(timer);
  timer = undefined;
  gap = false;
}

export function onLive(fn: (e: LiveEvent) => void): () => void {
  listeners.add(fn);
  return () => listeners.delete(fn);
}

/** For stores: call `changed` when one of these kinds changes, or everything may have. */
export const followKinds = (...kinds: (Change['kind'] | Hint)[]) => (changed: () => void): (() => void) =>
  onLive((e) => {
    if (e.type === 'state') return;
    if (e.type === 'reset' || kinds.includes(e.type === 'change' ? e.change.kind : e.type)) changed();
  });

/** The same, and again every `ms` while somebody looks: rates, load and "last seen" change without an event. */
export const followAndPoll = (ms: number, ...kinds: (Change['kind'] | Hint)[]) => (changed: () => void): (() => void) => {
  const unfollow = followKinds(...kinds)(changed);
  const asking = setInterval(() => { if (document.visibilityState === 'visible') changed(); }, ms);
  return () => { unfollow(); clearInterval(asking); };
};

function parse(text: string): Change | null {
  try { return JSON.parse(text) as Change; } catch { return null; }
}
