// For tests of what import sources do: a house with everything that takes photos in, without workers and network. Sidecars are due, but nobody writes them.
import { Readable } from 'node:stream';
import type { UploadResult } from '@mantel/contracts/models/asset.ts';
import sharp from 'sharp';
import { createExiftool } from '../library/exiftool.ts';
import { createFacts } from '../library/facts/facts.ts';
import { openMarker } from '../library/marker.ts';
import { receive } from '../library/receive.ts';
import type { SaidBySource } from '../services/assets/ingest.ts';
import { openAssets } from '../services/assets/open-assets.ts';
import { createPreview } from '../services/assets/preview.ts';
import { insertJob } from '../services/jobs/queue.repository.ts';
import { joinSidecars, sidecarDue, splitSidecar } from '../services/sidecars/sidecars.repository.ts';
import { counted, enterTimeline, HIDDEN, leaveTimeline, nextOrd, setHidden, setLocalTime } from '../services/timeline/counters.repository.ts';
import { localSeconds, monthOf, ratioByte } from '../services/timeline/ord.ts';
import { openHouse, type Person } from './house.ts';

export async function openImports() {
  const house = await openHouse();
  const { db, data } = house;
  const exiftool = createExiftool();
  const log = { info: () => undefined, warn: () => undefined, error: (fields: object, text: string): void => { throw new Error(text, { cause: (fields as { err?: unknown }).err }); } };
  const opened = openAssets({
    db, data, facts: createFacts({ log, exiftool }), marker: await openMarker(db, data), preview: createPreview({ data, ratioByte, enqueue: insertJob }), log, wake: () => undefined, ratioByte, sidecarDue, joinSidecars, splitSidecar,
    enter: (sql, id) => enterTimeline(sql, counted(sql, id)!), leave: (sql, id) => leaveTimeline(sql, counted(sql, id)!), hideArchived: (sql, user, id, on) => setHidden(sql, user, counted(sql, id)!, HIDDEN.archived, on),
    setLocalTime: (sql, id, local) => setLocalTime(sql, id, localSeconds(local)),
    position: (sql, local, w, h) => ({ ord: nextOrd(sql, localSeconds(local)), month: monthOf(localSeconds(local)), ratio: ratioByte(w, h) }),
  });
  const parts = opened.with({ readSidecar: () => Promise.resolve(null), arriving: () => undefined, opened: () => undefined });
  return {
    ...house, ...parts, edits: opened.edits, places: opened.places,
    /** A photo of its own bytes per `n`; `at`: what its EXIF says. */
    picture: (n: number, at?: string): Promise<Buffer> => {
      const plain = sharp({ create: { width: 40, height: 30, channels: 3, background: { r: n * 9, g: 9, b: 9 } } });
      return (at === undefined ? plain : plain.withExif({ IFD2: { DateTimeOriginal: at } })).jpeg().toBuffer();
    },
    send: async (who: Person, bytes: Buffer, name: string, more: SaidBySource & { libraryId?: string; device?: string; folder?: string } = {}): Promise<UploadResult> => parts.ingest.ingest(who.id, { ...(await receive(data, Readable.from([bytes]))), name, ...more }),
    async close(): Promise<void> {
      await exiftool.close();
      await house.close();
    },
  };
}
export type Imports = Awaited<ReturnType<typeof openImports>>;
