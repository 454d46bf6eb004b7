// The wiring of this noun: taking in, putting together, changing, and what import sources say; the coordinator hands over what lies in other nouns.
import type { SourceHints } from '@mantel/contracts/models/source.ts';
import { logChange } from '../../db/change-log.ts';
import type { Database, Sql } from '../../db/database.ts';
import { createPlaces } from '../../library/external.ts';
import { createAssets, type AssetDeps } from './assets.ts';
import { createEdits } from './edit.ts';
import { createExternal, type Indexed } from './external.ts';
import { rootOf } from './external.repository.ts';
import { createGroups, type GroupDeps, type Split } from './group.ts';
import { createHints, type HintOptions } from './hints.ts';
import { createIngest, type Arrived, type Incoming, type IngestDeps } from './ingest.ts';
import { createParts } from './parts.ts';
import type { Preview } from './preview.ts';
import { createRetry, type RetryDeps } from './retry.ts';
import { linkTo } from './together.ts';

export interface OpenAssets {
  db: Database; data: string; facts: IngestDeps['facts']; marker: RetryDeps['marker']; preview: Preview; log: GroupDeps['log'] & RetryDeps['log']; wake: () => void;
  /** Counters, twins and hidden rows; `asset.vis` is set already. */
  enter: (sql: Sql, assetId: number) => void;
  leave: (sql: Sql, assetId: number) => void;
  hideArchived: AssetDeps['hideArchived'];
  setLocalTime: (sql: Sql, assetId: number, local: string) => void;
  position: IngestDeps['position'];
  ratioByte: GroupDeps['ratioByte'];
  sidecarDue: (sql: Sql, assetId: number) => void;
  joinSidecars: GroupDeps['joinSidecars'];
  splitSidecar: GroupDeps['splitSidecar'];
}
/** What is only there when facts can be changed, because sidecars change them, too. */
export interface WithSidecars { readSidecar: IngestDeps['readSidecar']; sidecars?: IngestDeps['sidecars']; arriving: () => void; opened: (assetId: number) => void }

export function openAssets({ db, data, facts, marker, preview, log, wake, enter, leave, hideArchived, setLocalTime, position, ratioByte, sidecarDue, joinSidecars, splitSidecar }: OpenAssets) {
  const groups = createGroups({ enter, leave, position, ratioByte, moveTo: setLocalTime, enqueue: preview.enqueue, sidecarDue, joinSidecars, splitSidecar, log });
  const places = createPlaces({ data, rootOf: (uuid) => rootOf(db.sql, uuid) });
  const edits = createEdits({ enter, leave, setLocalTime, sidecarDue });
  return {
    edits, places,
    with({ readSidecar, sidecars, arriving, opened }: WithSidecars) {
      const arrived: Arrived = (sql, a) => {
        arriving();
        sidecarDue(sql, a.assetId);
        enter(sql, a.assetId);
        logChange(sql, 'asset', a.assetUuid, 'create', { libraryId: a.libraryId });
        preview.enqueue(sql, { assetId: a.assetId, fileId: a.fileUuid, mime: a.mime, bytes: a.bytes, name: a.name });
        return groups.group(sql, a.assetId, a.fileId);
      };
      const hints = createHints({ db, leave, hideArchived, sidecarDue, refresh: groups.refresh, regroup: groups.group });
      const assets = createAssets({ db, enter, leave, hideArchived, edit: edits.apply, sidecarDue, regroup: groups.around, opened });
      const ingest = createIngest({ db, data, facts, marker, position, arrived, contributed: groups.group, hints, refresh: groups.refresh, readSidecar, ...(sidecars ? { sidecars } : {}), afterArrival: wake });
      const parts = createParts({ db, trash: assets.trash, group: groups.group, refresh: groups.refresh, split: groups.split, wake });
      const external = createExternal({ db, data, places, facts, position, arrived, hints, refresh: groups.refresh, linked: linkTo, preview: preview.restart, wake, present: marker.present });
      const retry = createRetry({ db, data, places, facts, marker, preview, wake, log, enter, leave, move: setLocalTime, regroup: groups.group });
      const split: Split = async (...what) => {
        const { assetUuid } = await db.writeSql((sql) => groups.split(sql, ...what));
        wake();
        return assetUuid;
      };
      return {
        assets, arrived, ingest, retry, split, external,
        /** For import runs: what a source says of photos that are here, and of what they consist. */
        imports: {
          ...parts,
          fileAt: places.file,
          /** A photo that stays where it lies. */
          index: (userId: number, indexed: Indexed) => external.index(userId, indexed),
          ingest: (userId: number, incoming: Incoming) => ingest.ingest(userId, incoming),
          applyHints: (userId: number, assetUuid: string, said: SourceHints, options?: HintOptions): Promise<void> => hints.apply(userId, assetUuid, said, options),
        },
      };
    },
  };
}
export type ImportDoor = ReturnType<ReturnType<typeof openAssets>['with']>['imports'];
