import { randomUUID } from 'node:crypto';
import { MantelError } from '@mantel/contracts/errors.ts';
import { logChange } from '../../db/change-log.ts';
import type { Sql } from '../../db/database.ts';
import { assetFor, setRestored, setTrashed } from './assets.repository.ts';
import { carriedBy, factsOf, type Held, hinted, heldFacts, lostBy, PARTS, peopleOfFiles, tagsOfFiles } from './group-facts.ts';
import * as repo from './group.repository.ts';
import { putPeople, putTags } from './ingest.repository.ts';
import { deal, isRaw, partition } from './pairing.ts';
import { stemOf } from './part-name.ts';
import type { PreviewJob } from './preview.ts';

export interface GroupDeps {
  /** Counters, twins and hidden rows follow; `asset.vis` is set already. */
  enter: (sql: Sql, assetId: number) => void;
  leave: (sql: Sql, assetId: number) => void;
  /** Where in time an asset stands. */
  position: (sql: Sql, takenAtLocal: string, width: number | null, height: number | null) => { ord: number; month: number; ratio: number };
  /** Moves an asset, and all that is sorted by it, to another local time. */
  moveTo: (sql: Sql, assetId: number, takenAtLocal: string) => void;
  ratioByte: (width: number | null, height: number | null) => number;
  enqueue: (sql: Sql, job: PreviewJob) => void;
  sidecarDue: (sql: Sql, assetId: number) => void;
  /** Before assets become one: what is known of their sidecars goes over, and the one beside the original goes on. */
  joinSidecars: (sql: Sql, to: number, from: number[], original: number) => void;
  /** A file left an asset: what is known of the sidecar beside it goes along. */
  splitSidecar: (sql: Sql, from: number, to: number, file: number) => void;
  log: { error(fields: object, text: string): void };
}

const MAX_ROUNDS = 4;
const MAX_FILES = 64;

/** The files of one photo, held together as one asset: live photos, RAW beside JPEG, edited renditions. Works on rows alone, in the transaction of whatever made it necessary. */
export function createGroups(deps: GroupDeps) {
  /** Roles, facts, tags, people and the shown file of an asset that is out of the timeline, from the files that it has now. */
  const settle = (sql: Sql, assetId: number, held: Held, previews: Map<number, repo.GroupAsset>): void => {
    const before = repo.groupAsset(sql, assetId);
    const found = repo.filesOfAsset(sql, assetId);
    const dealt = deal(found);
    const files = hinted(found, dealt, before);
    const shown = files.find((f) => dealt.get(f.id)!.shown)!;
    repo.setRoles(sql, assetId, dealt);
    const facts = factsOf(files, dealt, before, held, previews.get(shown.id), deps.ratioByte);
    repo.setFacts(sql, assetId, facts);
    deps.moveTo(sql, assetId, facts.takenAtLocal);
    const ord = repo.ordOf(sql, assetId);
    if (!held.tags) {
      repo.dropFileTags(sql, assetId);
      putTags(sql, assetId, ord, tagsOfFiles(files), randomUUID);
    }
    if (!held.people) {
      const missing = peopleOfFiles(files, dealt);
      for (const face of repo.namedFaces(sql, assetId)) {
        const at = missing.findIndex((p) => p.name.toLowerCase() === face.name.toLowerCase() && (p.region ? p.region.x === face.x && p.region.y === face.y && p.region.w === face.w : face.w === 0));
        if (at < 0) repo.dropFace(sql, face.id);
        else missing.splice(at, 1);
      }
      putPeople(sql, assetId, ord, missing, randomUUID);
    }
    if (facts.preview !== 'waiting') return;
    repo.cancelPreview(sql, assetId, shown.uuid);
    deps.enqueue(sql, { assetId, fileId: shown.uuid, mime: shown.mime, bytes: shown.bytes, name: shown.name });
  };
  const out = (sql: Sql, assetId: number): void => {
    repo.setVisible(sql, assetId, false);
    deps.leave(sql, assetId);
  };
  const back = (sql: Sql, asset: { id: number; uuid: string; libraryId: number }, op: 'create' | 'update'): void => {
    repo.setVisible(sql, asset.id, true);
    deps.enter(sql, asset.id);
    logChange(sql, 'asset', asset.uuid, op, { libraryId: asset.libraryId });
    deps.sidecarDue(sql, asset.id);
  };
  const read = (sql: Sql, id: number): { asset: repo.GroupAsset; files: repo.GroupFile[] } => ({ asset: repo.groupAsset(sql, id), files: repo.filesOfAsset(sql, id) });
  const previewsOf = (all: { asset: repo.GroupAsset; files: repo.GroupFile[] }[]): Map<number, repo.GroupAsset> => new Map(all.flatMap(({ asset, files }) => files.filter((f) => f.shown).map((f) => [f.id, asset] as const)));

  /** Several visible assets of one library become one: the oldest stays. */
  const join = (sql: Sql, ids: number[]): void => {
    const all = ids.toSorted((a, b) => a - b).map((id) => read(sql, id));
    const [keep, ...gone] = all as [typeof all[number], ...typeof all];
    const held = heldFacts(all);
    const files = all.flatMap((a) => a.files);
    const roles = deal(files);
    const original = files.find((f) => roles.get(f.id)!.role === 'original')!;
    deps.joinSidecars(sql, keep.asset.id, gone.map((g) => g.asset.id), original.id);
    for (const { asset } of all) out(sql, asset.id);
    // somebody said what holds: of the others only what stands in a picture itself is left out. What people and sidecars gave them is nowhere else
    const carried = carriedBy(files);
    for (const { asset } of all) {
      if (held.tags && held.tags.from.id !== asset.id) repo.dropTags(sql, asset.id, carried.tags);
      if (held.people && held.people.from.id !== asset.id) repo.dropFaces(sql, asset.id, carried.people, held.people.from.id);
    }
    for (const { asset } of gone) {
      repo.absorb(sql, keep.asset.id, asset.id, { tags: held.tags !== undefined, people: held.people !== undefined, archived: original.assetId === asset.id });
      logChange(sql, 'asset', asset.uuid, 'delete', { libraryId: asset.libraryId });
    }
    settle(sql, keep.asset.id, held, previewsOf(all));
    repo.setConflicts(sql, keep.asset.id, lostBy(all, repo.groupAsset(sql, keep.asset.id), Date.now()));
    back(sql, keep.asset, 'update');
  };

  /** One file leaves a visible asset and becomes one of its own. */
  const detach = (sql: Sql, file: repo.GroupFile, marks: boolean): { id: number; uuid: string } => {
    const from = read(sql, file.assetId);
    const previews = previewsOf([from]);
    const local = file.facts.takenAtLocal ?? from.asset.takenAtLocal;
    out(sql, from.asset.id);
    const uuid = randomUUID();
    const id = repo.detachFile(sql, file, { uuid, ...deps.position(sql, local, file.facts.width ?? null, file.facts.height ?? null), takenAt: file.facts.takenAt ?? from.asset.takenAt, local, source: file.facts.takenAtSource ?? from.asset.takenAtSource });
    deps.splitSidecar(sql, from.asset.id, id, file.id);
    if (marks) repo.copyMarks(sql, from.asset.id, id);
    else repo.copyArchived(sql, from.asset.id, id);
    settle(sql, from.asset.id, heldFacts([from]), previews);
    settle(sql, id, {}, previews);
    back(sql, from.asset, 'update');
    back(sql, { id, uuid, libraryId: file.libraryId }, 'create');
    return { id, uuid };
  };

  /** All files that may have to do with those of an asset: its own, those that are called alike, those that share a mark, and what these belong to. */
  const related = (sql: Sql, assetId: number): repo.GroupFile[] => {
    const found = new Map<number, repo.GroupFile>();
    const asked = new Set<string>();
    let fresh = repo.filesOfAsset(sql, assetId);
    for (let round = 0; round < MAX_ROUNDS && fresh.length && found.size < MAX_FILES; round++) {
      for (const f of fresh) found.set(f.id, f);
      const near = fresh.flatMap((f) => {
        const stem = stemOf(f.name);
        const key = `${stem}\0${f.contentId}`;
        const said = repo.partners(sql, f.id);
        if (asked.has(key)) return said;
        asked.add(key);
        return [...said, ...repo.nearby(sql, f.libraryId, { stem, takenAt: f.takenAt, contentId: f.contentId })];
      });
      fresh = repo.filesOfAssets(sql, near.filter((f) => !found.has(f.id)).map((f) => f.assetId));
    }
    return [...found.values()];
  };

  const regroup = (sql: Sql, assetId: number, fileId: number): { assetUuid: string } => {
    const files = related(sql, assetId);
    const own = files.filter((f) => f.assetId === assetId);
    if (own.length === files.length && own.length === 1) {
      const [f] = own;
      repo.setParts(sql, assetId, (f!.motion ? PARTS.moves : 0) | (isRaw(f!.mime, f!.name) ? PARTS.raw : 0));
      return { assetUuid: repo.groupAsset(sql, assetId).uuid };
    }
    const all = files.map((f) => f.id);
    const apart = repo.apartPairs(sql, all);
    const pairs = repo.togetherPairs(sql, all);
    const alone = new Set(files.filter((f) => f.alone).map((f) => f.id));
    const tookApart = (a: { id: number }, b: { id: number }): boolean => apart.has(`${Math.min(a.id, b.id)} ${Math.max(a.id, b.id)}`);
    const said = new Set(pairs.map(({ a, b }) => `${a} ${b}`));
    const apartBy = (a: { id: number }, b: { id: number }): boolean => tookApart(a, b) || ((alone.has(a.id) || alone.has(b.id)) && !said.has(`${Math.min(a.id, b.id)} ${Math.max(a.id, b.id)}`));
    const byId = new Map(files.map((f) => [f.id, f]));
    const wanted = partition(files, apartBy, pairs).map((g) => g.map((p) => byId.get(p.id)!));
    const groupOf = new Map(wanted.flatMap((g) => g.map((f) => [f.id, g] as const)));
    const dealt = new Map(wanted.flatMap((g) => [...deal(g)]));
    for (const [id, members] of Map.groupBy(files, (f) => f.assetId)) {
      const home = groupOf.get(members.find((f) => f.role === 'original')!.id)!;
      for (const f of members) {
        const to = groupOf.get(f.id)!;
        if (to === home) continue;
        // it belongs to another photo, or another clip has its place here; what is only not explained by the rules stays where it is
        const leaves = to.some((o) => o.assetId !== id) || (f.role === 'live' && home.some((o) => dealt.get(o.id)!.role === 'live')) || home.some((o) => o.assetId === id && (alone.has(o.id) || alone.has(f.id)) && apartBy(f, o));
        if (leaves) f.assetId = detach(sql, f, false).id;
      }
    }
    for (const g of wanted) {
      const ids = [...new Set(g.map((f) => f.assetId))];
      if (ids.length < 2) continue;
      join(sql, ids);
      const stays = Math.min(...ids);
      for (const f of files) if (ids.includes(f.assetId)) f.assetId = stays;
    }
    const now = repo.assetOfFile(sql, fileId);
    return { assetUuid: now.uuid };
  };

  /** A source says that this file belongs to a photo that lies in the trash: there they become one. Whether that lies in the trash then is decided by its original. */
  const withTrash = (sql: Sql, fileId: number, work: () => { assetUuid: string }): { assetUuid: string } => {
    const trashed = repo.trashedAround(sql, fileId);
    const files = trashed.flatMap((t) => repo.filesOfAsset(sql, t.id).map((f) => ({ file: f.id, by: t.by, at: t.at })));
    for (const { id } of trashed) {
      setRestored(sql, id);
      deps.enter(sql, id);
    }
    const done = work();
    for (const { file, by, at } of files) {
      const asset = repo.assetOfFile(sql, file);
      if (!asset.vis || repo.filesOfAsset(sql, asset.id).find((f) => f.role === 'original')?.id !== file) continue;
      setTrashed(sql, asset.id, by, at);
      deps.leave(sql, asset.id);
      logChange(sql, 'asset', asset.uuid, 'delete', { libraryId: asset.libraryId });
    }
    return done;
  };

  /**
   * Puts together what belongs together around one visible asset, and takes a clip from a still when a better one for it came. Answers the asset that the file is part of then.
   * Never in the way of what made it necessary: if it fails, nothing is put together and all else holds.
   */
  const group = (sql: Sql, assetId: number, fileId: number): { assetUuid: string } => {
    sql.run('savepoint grouping');
    try {
      const done = withTrash(sql, fileId, () => regroup(sql, assetId, fileId));
      sql.run('release grouping');
      return done;
    } catch (err) {
      sql.run('rollback to grouping');
      sql.run('release grouping');
      deps.log.error({ err, assetId, fileId }, 'the parts of a photo could not be put together; they stay apart');
      return { assetUuid: repo.assetOfFile(sql, fileId).uuid };
    }
  };

  return {
    group,
    /** Roles and facts anew, after what is known of its files changed. */
    refresh(sql: Sql, assetId: number): void {
      const was = read(sql, assetId);
      const seen = repo.isVisible(sql, assetId);
      if (seen) out(sql, assetId);
      settle(sql, assetId, heldFacts([was]), previewsOf([was]));
      if (seen) back(sql, was.asset, 'update');
      else deps.sidecarDue(sql, assetId);
    },
    /** The same for a whole asset that is visible again. */
    around(sql: Sql, assetId: number): void {
      const [file] = repo.filesOfAsset(sql, assetId);
      if (file) group(sql, assetId, file.id);
    },
    /** One file of an asset becomes an asset of its own again; `stays`: whatever comes later. Throws `not_found`, `forbidden`, `conflict` (there is nothing to split, or it lies in the trash). */
    split(sql: Sql, userId: number, assetUuid: string, fileUuid: string, stays = true): { assetUuid: string } {
      const row = assetFor(sql, userId, assetUuid);
      if (!row) throw new MantelError('not_found');
      if (row.role !== 'manager' && !(row.role === 'contributor' && row.mine === 1)) throw new MantelError('forbidden', 'You can only take apart what you brought in, or what lies in a library that you manage.');
      const file = repo.fileByUuid(sql, row.id, fileUuid);
      if (!file) throw new MantelError('not_found', 'This file is not part of this photo.');
      const others = repo.filesOfAsset(sql, row.id).filter((f) => f.id !== file.id);
      if (others.length === 0) throw new MantelError('conflict', 'This photo has only one file.');
      if (row.vis !== 1) throw new MantelError('conflict', 'This photo lies in the trash. Restore it first.');
      if (stays) for (const o of others) repo.setApart(sql, file.id, o.id);
      return { assetUuid: detach(sql, file, stays).uuid };
    },
  };
}
export type Groups = ReturnType<typeof createGroups>;
/** Answers the id of the new asset. */
export type Split = (userId: number, assetUuid: string, fileUuid: string) => Promise<string>;
