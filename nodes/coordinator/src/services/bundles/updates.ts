// Which worker is to become what. One at a time, so that never all of them are away at once.
import type { Node, NodeSettings, UpdateReport, WorkerUpdate } from '@mantel/contracts/models/node.ts';
import type { Bundles } from './bundles.ts';
import { type Platform, PLATFORMS } from './closure.ts';

/** So long one may take (download, unpack, drain, restart, hello) before the next gets its turn. */
const TURN_MS = 10 * 60_000;
/** Who asked for its turn within this is there and waits. */
const WAITS_MS = 60_000;
const AGAIN_MS = 6 * 3600_000; // what failed for a passing reason (a full disk) is tried again by itself; a build that does not start is not: its worker refuses it
export interface Subject { id: string; build: string | null; arch: string | null; local: boolean; settings: Pick<NodeSettings, 'autoUpdate'> }
export interface Updates { wanted(node: Subject): WorkerUpdate | undefined; reported(id: string, r: UpdateReport): void; greeted(id: string, build: string | null): void; press(node: Subject): void; state(node: Subject): { update: Node['update']; trouble: string | null }; forget(id: string): void }

export function createUpdates({ bundles, now = Date.now }: { bundles: Pick<Bundles, 'build' | 'at' | 'want' | 'problem' | 'mayMake'>; now?: () => number }): Updates {
  const failed = new Map<string, { build: string; error: string; at: number }>();
  const running = new Map<string, number>(); // until then: a PC that is switched off in the middle never says how it ended
  const waiting = new Map<string, number>();
  const pressed = new Set<string>();
  let turn: { id: string; until: number } | undefined;
  const due = (n: Subject): boolean => !n.local && n.build !== null && n.build !== bundles.build;
  const failure = (id: string): { build: string; error: string; at: number } | undefined => { const f = failed.get(id); return f?.build === bundles.build ? f : undefined; };
  const done = (id: string): void => { running.delete(id); pressed.delete(id); waiting.delete(id); if (turn?.id === id) turn = undefined; };
  return {
    /** What this worker is to become now, if anything; the bundle is made on the way. */
    wanted(n) {
      if (!due(n)) return undefined;
      const again = pressed.has(n.id);
      const f = failure(n.id);
      if (!again && (!n.settings.autoUpdate || (f && f.at > now() - AGAIN_MS))) return undefined;
      if (turn && turn.id !== n.id && turn.until > now()) {
        waiting.set(n.id, now());
        return undefined;
      }
      const platform = PLATFORMS.find((p): p is Platform => p === `linux-${n.arch}`);
      if (!platform || !bundles.mayMake(platform)) return undefined;
      const bundle = bundles.at(platform);
      if (!bundle) { bundles.want(platform); return undefined; }
      // whoever used up its turn is last in line
      if (turn?.id === n.id && turn.until <= now() && [...waiting].some(([id, at]) => id !== n.id && at > now() - WAITS_MS)) return undefined;
      waiting.delete(n.id);
      if (turn?.id !== n.id || turn.until <= now()) turn = { id: n.id, until: now() + TURN_MS };
      return { build: bundle.build, path: `/api/v1/worker/bundle/${platform}`, sha256: bundle.sha256, bytes: bundle.bytes, unpacked: bundle.unpacked, again };
    },
    reported(id, r) {
      if (r.build !== bundles.build) return;
      if (r.state === 'running') { running.set(id, now() + TURN_MS); return; }
      failed.set(id, { build: r.build, error: r.error ?? 'It did not say why.', at: now() });
      done(id);
    },
    greeted(id, build) { if (build === bundles.build) { failed.delete(id); done(id); } else running.delete(id); },
    press(n) { if (due(n)) { failed.delete(n.id); pressed.add(n.id); } },
    state(n) {
      if (!due(n)) return { update: 'none', trouble: null };
      const f = failure(n.id);
      if ((running.get(n.id) ?? 0) > now()) return { update: 'running', trouble: null };
      if (f) return { update: 'failed', trouble: `The update did not work; this worker goes on as it was. ${f.error}` };
      const platform = PLATFORMS.find((p) => p === `linux-${n.arch}`);
      const problem = platform && bundles.problem(platform);
      if (problem) return { update: 'available', trouble: `The new version for this worker could not be made. ${problem}` };
      if (n.arch !== null && !(platform && bundles.mayMake(platform))) return { update: 'available', trouble: `The program for this kind of machine (linux-${n.arch}) is not prepared. Prepare it under "Add a PC".` };
      return { update: 'available', trouble: null };
    },
    forget(id) { failed.delete(id); done(id); },
  };
}
