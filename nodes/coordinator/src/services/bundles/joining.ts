// The wiring of this noun: bundle, updates, join scripts.
import { setTimeout as delay } from 'node:timers/promises';
import type { GatewayName, GatewayParams, GatewayResult } from '@mantel/contracts/actions/index.ts';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { WorkerUpdate } from '@mantel/contracts/models/node.ts';
import { buildId } from '@mantel/runtime/build.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import type { Handlers } from '../adapter.ts';
import { type Bundle, createBundles } from './bundles.ts';
import { type Platform, PLATFORMS } from './closure.ts';
import { houseAddress, type JoinFile, joinFile, joinLines, pinOf, type Place, refusalScript } from './join.ts';
import { createUpdates, type Subject } from './updates.ts';

const SCRIPT_MS = 120_000; // the first bundle takes some seconds to pack
/** What a spare PC may fetch before anybody knows it. */
export interface ForSparePcs { platforms: readonly Platform[]; bundle: (platform: Platform) => Promise<Bundle>; script: (file: JoinFile, at: { address: string | undefined; port: number }) => Promise<string> }
export interface JoiningOptions { root: string; state: string; cluster: Pick<Cluster, 'cid' | 'cert'>; port: () => number; subject: (id: string) => Subject | undefined; /** It said that it leaves for good. */ left: (id: string) => void; /** Why PCs in the LAN are not found. */ trouble?: () => string | null; onChange: () => void; log: Parameters<typeof createBundles>[0]['log']; now?: () => number }

type Gateway = { [N in GatewayName]: (params: GatewayParams<N>, worker: string) => Promise<GatewayResult<N>> | GatewayResult<N> };

export function createJoining({ root, state, cluster, port, subject, left, trouble = () => null, onChange, log, now = Date.now }: JoiningOptions) {
  const bundles = createBundles({ state, root, build: buildId(root), onChange, log });
  const updates = createUpdates({ bundles, now });
  const pin = pinOf(cluster.cert);
  const place = (at: string | undefined, p: number): Place => ({ address: houseAddress(at), port: p, pin, cid: cluster.cid, build: bundles.build, sha: { x64: bundles.at('linux-x64')?.sha256 ?? '', arm64: bundles.at('linux-arm64')?.sha256 ?? '' } });
  const handlers: Handlers = {
    'nodes.join': ({ at }) => {
      for (const p of PLATFORMS) if (bundles.mayMake(p)) void bundles.get(p).catch(() => undefined); // ready when the line is typed
      const where = place(at, port());
      return { ...joinLines(where), pin, address: where.address, port: where.port, trouble: trouble(), platforms: bundles.status() };
    },
    'nodes.prepare': ({ platform }) => { bundles.ask(platform); return { ok: true }; },
    'nodes.upgrade': ({ id }) => {
      const node = subject(id);
      if (!node) throw new MantelError('not_found', 'There is no such worker.');
      updates.press(node);
      return { ok: true };
    },
  };
  const http: ForSparePcs = {
    platforms: PLATFORMS, bundle: bundles.give,
    async script(file, at) {
      const limit = delay(SCRIPT_MS, undefined, { ref: false }).then(() => { throw new MantelError('timeout', 'Mantel is still packing the program for other machines. Try again in a minute.'); });
      try {
        if (bundles.own) await Promise.race([bundles.give(bundles.own), limit]);
        for (const p of PLATFORMS) if (p !== bundles.own && bundles.mayMake(p) && !bundles.at(p)) await Promise.race([bundles.give(p), limit]).catch(() => undefined);
      } catch (e) {
        if (file === 'join.sh') return refusalScript((e as Error).message);
        throw e;
      }
      return joinFile(root, file, place(at.address, at.port));
    },
  };
  const update = (id: string): { update?: WorkerUpdate } => {
    const node = subject(id);
    const wanted = node && updates.wanted(node);
    return wanted ? { update: wanted } : {};
  };
  return {
    bundles, updates, handlers, http, stop: bundles.stop,
    /** Hellos and reports carry what a worker is to become; one that is too old to work hears it with the refusal. */
    gateway: (h: Gateway): Gateway => ({
      ...h,
      'nodes.hello': async (p, id) => {
        const answer = await h['nodes.hello'](p, id);
        updates.greeted(id, p.build ?? null);
        return answer.ok ? answer : { ...answer, ...update(id) };
      },
      'nodes.bye': async (p, id) => {
        const answer = await h['nodes.bye'](p, id);
        if (p.why === 'leave') left(id);
        return answer;
      },
      'nodes.report': async (p, id) => {
        if (p.update) updates.reported(id, p.update);
        return { ...(await h['nodes.report'](p, id)), ...update(id) };
      },
    }),
  };
}
export type Joining = ReturnType<typeof createJoining>;
