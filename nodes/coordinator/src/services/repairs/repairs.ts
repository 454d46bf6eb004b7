// Problem cards: what needs a person's hand, and what its button does. One card for one problem about one thing.
import type { ActionName } from '@mantel/contracts/actions/index.ts';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { Repair, RepairKind } from '@mantel/contracts/models/repair.ts';
import type { Database } from '../../db/database.ts';
import * as repo from './repairs.repository.ts';

/** Actions that a card may offer: each takes the id of what the card is about. */
const FIXES = ['plugins.enable', 'plugins.rollback', 'imports.resume', 'imports.retry'] as const satisfies readonly ActionName[];
export type RepairFix = (typeof FIXES)[number];
const isFix = (name: string | null): name is RepairFix => (FIXES as readonly (string | null)[]).includes(name);
const MAX_TEXT = 1000;

export interface RepairsDeps { db: Database; onChange: () => void; now?: () => number }
export interface Raise { kind: RepairKind; about: string; text: string; fix?: RepairFix | null; /** A condition that is looked at again and again, not an event: put away, it stays away until it has been cleared. */ standing?: boolean }

export function createRepairs({ db, onChange, now = Date.now }: RepairsDeps) {
  const idOf = (kind: RepairKind, about: string): string => `${kind}:${about}`;
  const view = ({ at, ...row }: repo.RepairRow): Repair => ({ ...row, at: new Date(at).toISOString() });
  const one = (id: string): repo.RepairRow => {
    const row = repo.openRepair(db.sql, id);
    if (!row) throw new MantelError('not_found', 'This problem is not there any more.');
    return row;
  };
  return {
    /** Told again, it is the same card. */
    async raise({ kind, about, text, fix = null, standing = false }: Raise): Promise<void> {
      await db.writeSql((sql) => repo.putRepair(sql, { id: idOf(kind, about), kind, about, text: text.slice(0, MAX_TEXT), fix, at: now() }, standing));
      onChange();
    },
    /** The problem is gone. */
    async clear(kind: RepairKind, about: string): Promise<void> {
      if (await db.writeSql((sql) => repo.dropRepair(sql, idOf(kind, about)))) onChange();
    },
    list: (): Repair[] => repo.openRepairs(db.sql).map(view),
    /** The action that the card offers, and what it is about. */
    fixOf(id: string): { action: RepairFix; about: string } {
      const { fix, about } = one(id);
      if (!isFix(fix)) throw new MantelError('conflict', 'Nothing can be done about this by a button. The card says what to do.');
      return { action: fix, about };
    },
    /** Its button has been pressed, and it worked. */
    async fixed(id: string): Promise<void> {
      if (await db.writeSql((sql) => repo.dropRepair(sql, id))) onChange();
    },
    async dismiss(id: string): Promise<void> {
      one(id);
      await db.writeSql((sql) => repo.dismissRepair(sql, id, now()));
      onChange();
    },
  };
}
export type Repairs = ReturnType<typeof createRepairs>;
