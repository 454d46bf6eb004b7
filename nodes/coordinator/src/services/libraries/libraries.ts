import { randomUUID } from 'node:crypto';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { Library, MemberRole } from '@mantel/contracts/models/library.ts';
import type { Role } from '@mantel/contracts/permissions.ts';
import { logChange } from '../../db/change-log.ts';
import type { Database, Sql } from '../../db/database.ts';
import { pathKey, safeName } from '../../library/names.ts';
import { lockedFolder } from '../../library/place.ts';
import * as repo from './libraries.repository.ts';

export interface LibraryDeps {
  db: Database;
  /** Whose timeline changes when a membership does: twins are counted anew. */
  refreshTwinsOf: (sql: Sql, userId: number) => void;
}

function newLibrary(sql: Sql, kind: 'personal' | 'shared' | 'locked' | 'external', name: string, ownerId: number | null): { id: number; uuid: string } {
  const uuid = randomUUID();
  if (kind === 'locked') return { id: repo.insertLibrary(sql, { uuid, kind, name, folder: lockedFolder(uuid), ownerId }), uuid };
  const base = safeName(name);
  const taken = new Set(repo.folders(sql).map(pathKey));
  let folder = base;
  for (let n = 2; taken.has(pathKey(folder)); n++) folder = `${base} (${n})`;
  return { id: repo.insertLibrary(sql, { uuid, kind, name, folder, ownerId }), uuid };
}

export function createLibraries({ db, refreshTwinsOf }: LibraryDeps) {
  const view = (row: repo.LibraryRow): Library => ({
    id: row.uuid, name: row.name, kind: row.kind, ownerId: row.ownerUuid, role: row.role, show: row.show === 1, isDefault: row.isDefault === 1, assets: row.assets, members: repo.membersOf(db.sql, row.id),
  });
  const mine = (sql: Pick<Sql, 'get' | 'all'>, userId: number, uuid: string): repo.LibraryRow => {
    const row = repo.libraryOf(sql, userId, uuid);
    if (!row) throw new MantelError('not_found');
    return row;
  };
  const managed = (sql: Sql, userId: number, uuid: string): repo.LibraryRow => {
    const row = mine(sql, userId, uuid);
    if (row.role !== 'manager') throw new MantelError('forbidden', 'Only a manager of this library can do this.');
    if (row.kind === 'locked') throw new MantelError('forbidden', 'A locked library is for one person alone.');
    return row;
  };
  /** Uploads without a named library go to one that the person may add to. */
  const mendDefault = (sql: Sql, userId: number): void => {
    const now = repo.defaultOf(sql, userId);
    if (now && now.role !== 'viewer') return;
    const next = repo.librariesOf(sql, userId).find((l) => l.role !== 'viewer' && l.kind !== 'locked' && l.kind !== 'external');
    if (next) repo.setDefault(sql, next.id, userId);
  };
  const join = (sql: Sql, library: { id: number; uuid: string }, user: { id: number; uuid: string }, role: MemberRole): void => {
    repo.putMember(sql, library.id, user.id, role);
    mendDefault(sql, user.id);
    refreshTwinsOf(sql, user.id);
    logChange(sql, 'library', library.uuid, 'grant', { userId: user.id });
    logChange(sql, 'member', user.uuid, 'update', { libraryId: library.id });
  };

  return {
    /** The household's first shared library. */
    makeFamily: (sql: Sql, name: string): void => void newLibrary(sql, 'shared', name, null),
    /** A new person joins the household's shared library and gets a personal one. */
    welcome(sql: Sql, user: { id: number; uuid: string; name: string; role: Role }): void {
      for (const shared of repo.sharedLibraries(sql)) join(sql, shared, user, user.role === 'admin' ? 'manager' : 'contributor');
      join(sql, newLibrary(sql, 'personal', user.name, user.id), user, 'manager');
    },
    /** The locked library of a person, made when it is first needed: theirs alone, and in no union. */
    async lockedOf(userId: number): Promise<string> {
      const known = repo.lockedOf(db.sql, userId);
      if (known) return known;
      return db.writeSql((sql) => {
        const there = repo.lockedOf(sql, userId); // somebody was quicker
        if (there) return there;
        const user = repo.personById(sql, userId);
        if (!user) throw new MantelError('not_found', 'There is no such person.');
        const library = newLibrary(sql, 'locked', `${user.name} (locked)`, userId);
        repo.putMember(sql, library.id, userId, 'manager');
        repo.setShow(sql, library.id, userId, false);
        logChange(sql, 'library', library.uuid, 'grant', { userId });
        return library.uuid;
      });
    },
    /** The library through which a person looks at a folder of this machine, made when it is first needed. `root`: a real path, absolute. Throws `conflict` when somebody else's library looks there. */
    externalOf: (userId: number, root: string, name: string): Promise<string> => db.writeSql((sql) => {
      const known = repo.externalAt(sql, root);
      if (known) {
        if (repo.libraryOf(sql, userId, known.uuid)?.role !== 'manager') throw new MantelError('conflict', 'Another library looks at this folder already.');
        return known.uuid;
      }
      const user = repo.personById(sql, userId);
      if (!user) throw new MantelError('not_found', 'There is no such person.');
      const library = newLibrary(sql, 'external', name.trim() || 'Folder', userId);
      repo.setRoot(sql, library.id, root);
      join(sql, library, { id: userId, uuid: user.uuid }, 'manager');
      return library.uuid;
    }),
    list: (userId: number): Library[] => repo.librariesOf(db.sql, userId).map(view),
    async create(user: { id: number; uuid: string }, name: string): Promise<Library> {
      const uuid = await db.writeSql((sql) => {
        const library = newLibrary(sql, 'shared', name.trim(), user.id);
        join(sql, library, user, 'manager');
        return library.uuid;
      });
      return view(mine(db.sql, user.id, uuid));
    },
    async setMember(actorId: number, uuid: string, userUuid: string, role: MemberRole): Promise<Library> {
      await db.writeSql((sql) => {
        const library = managed(sql, actorId, uuid);
        const member = repo.memberOf(sql, library.id, userUuid);
        if (!member) throw new MantelError('not_found', 'There is no such person.');
        if (library.ownerUuid === userUuid && library.kind !== 'shared' && role !== 'manager') throw new MantelError('conflict', 'A personal library belongs to its person.');
        if (member.role === 'manager' && role !== 'manager' && repo.managers(sql, library.id) === 1) throw new MantelError('conflict', 'A library needs at least one manager.');
        join(sql, library, { id: member.id, uuid: userUuid }, role);
      });
      return view(mine(db.sql, actorId, uuid));
    },
    async removeMember(actor: { id: number; uuid: string }, uuid: string, userUuid: string): Promise<void> {
      await db.writeSql((sql) => {
        const library = actor.uuid === userUuid ? mine(sql, actor.id, uuid) : managed(sql, actor.id, uuid);
        if (library.kind !== 'shared' && library.ownerUuid === userUuid) throw new MantelError('forbidden', 'Nobody can leave their own library.');
        const member = repo.memberOf(sql, library.id, userUuid);
        if (!member?.role) throw new MantelError('not_found');
        if (member.role === 'manager' && repo.managers(sql, library.id) === 1) throw new MantelError('conflict', 'A library needs at least one manager.');
        repo.dropMember(sql, library.id, member.id);
        mendDefault(sql, member.id);
        refreshTwinsOf(sql, member.id);
        logChange(sql, 'library', library.uuid, 'revoke', { userId: member.id });
        logChange(sql, 'member', userUuid, 'delete', { libraryId: library.id });
      });
    },
    async show(userId: number, uuid: string, change: { show?: boolean; isDefault?: boolean }): Promise<Library> {
      await db.writeSql((sql) => {
        const library = mine(sql, userId, uuid);
        if (library.kind === 'locked') throw new MantelError('forbidden', 'A locked library is never part of the timeline, and uploads do not go there.');
        if (change.isDefault && library.kind === 'external') throw new MantelError('forbidden', 'Mantel only looks at this folder. Uploads cannot go there.');
        if (change.isDefault && library.role === 'viewer') throw new MantelError('forbidden', 'You can look at this library but not add to it.');
        if (change.isDefault) repo.setDefault(sql, library.id, userId);
        if (change.show !== undefined) {
          repo.setShow(sql, library.id, userId, change.show);
          refreshTwinsOf(sql, userId);
        }
        logChange(sql, 'library', uuid, 'update', { userId });
      });
      return view(mine(db.sql, userId, uuid));
    },
  };
}
export type Libraries = ReturnType<typeof createLibraries>;
