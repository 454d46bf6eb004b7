// A library of many assets, written straight into the database by the coordinator's own functions: years of bursts, some archived, some favourites, some twins.
import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { logChange } from '@mantel/coordinator/db/change-log.ts';
import { Database, databaseFile, type Sql } from '@mantel/coordinator/db/database.ts';
import { insertArrival, recordContribution, setLive, type Arrival } from '@mantel/coordinator/services/assets/ingest.repository.ts';
import { putAssetUser } from '@mantel/coordinator/services/assets/assets.repository.ts';
import { setPreview } from '@mantel/coordinator/services/assets/preview.repository.ts';
import { counted, enterTimeline, HIDDEN, nextOrd, setHidden } from '@mantel/coordinator/services/timeline/counters.repository.ts';
import { localSeconds, monthOf, ratioByte } from '@mantel/coordinator/services/timeline/ord.ts';
import { librariesInView } from '@mantel/coordinator/services/timeline/timeline.repository.ts';
import { seeded } from './stats.ts';

const BATCH = 1000;
const FIRST = Date.UTC(2008, 0, 1) / 1000;
const SHAPES = [[4000, 3000], [3000, 4000], [4032, 2268], [6000, 4000], [3000, 3000]] as const;
const [TWINS, ARCHIVED, FAVOURITES, VIDEOS, GPS] = [0.02, 0.03, 0.05, 0.06, 0.5];

/** Adds `count` assets over all libraries of the first user. The coordinator must not run. */
export async function fillLibrary(dir: string, count: number): Promise<void> {
  const db = await Database.open(databaseFile(join(dir, 'state')));
  try {
    const user = db.sql.get<{ id: number }>('select id from user order by id limit 1')!.id;
    const libraries = librariesInView(db.sql, user, 'photos');
    const make = maker(user, libraries);
    for (let made = 0; made < count; made += BATCH) {
      await db.writeSql((sql) => { for (let n = made; n < Math.min(made + BATCH, count); n++) make(sql, n); });
    }
    await db.writeSql((sql) => sql.run('analyze'));
  } finally {
    await db.close();
  }
}

function maker(user: number, libraries: number[]): (sql: Sql, n: number) => void {
  const random = seeded(42);
  let seconds = FIRST;
  let previous: { sha256: string; library: number } | undefined;
  return (sql, n) => {
    seconds += random() < 0.85 ? Math.floor(random() * 90) : Math.floor(random() * 12 * 3600); // bursts, then hours or days of nothing
    const library = libraries[Math.floor(random() * libraries.length)]!;
    const twin = previous && previous.library !== library && random() < TWINS * 1.5;
    const sha256 = twin ? previous!.sha256 : createHash('sha256').update(String(n)).digest('hex');
    previous = twin ? undefined : { sha256, library }; // at most two of a kind: a library has the same bytes once
    const [width, height] = SHAPES[Math.floor(random() * SHAPES.length)]!;
    const video = random() < VIDEOS;
    const takenAtLocal = new Date(seconds * 1000).toISOString().slice(0, 19);
    const name = `IMG_${n}.${video ? 'mp4' : 'jpg'}`;
    const at = localSeconds(takenAtLocal);
    const here = random() < GPS;
    const arrival: Arrival = {
      assetUuid: randomUUID(), fileUuid: randomUUID(), libraryId: library, type: video ? 'video' : 'image', ord: nextOrd(sql, at), month: monthOf(at), ratio: ratioByte(width, height),
      name, path: `library/${library}/${takenAtLocal.slice(0, 4)}/${takenAtLocal.slice(0, 7)}/${name}`, temp: '', bytes: 3_000_000, mime: video ? 'video/mp4' : 'image/jpeg', sha256, sha1: sha256.slice(0, 40),
      facts: {
        takenAt: seconds * 1000, takenAtLocal, takenAtSource: 'exif', offsetMinutes: null, lat: here ? 40 + random() * 15 : null, lon: here ? random() * 25 : null, altitude: null, width, height, durationMs: video ? 12_000 : null,
        make: 'Mantel', model: 'Bench', lens: null, iso: 200, fNumber: 1.8, exposureTime: 0.01, focalLength: 5, orientation: null, colourSpace: null, videoCodec: null, audioCodec: null, contentId: null, motion: null, sources: {}, people: [],
        rating: null, title: null, description: null, tags: [], problems: [],
      },
    };
    const ids = insertArrival(sql, arrival);
    recordContribution(sql, { ...ids, userId: user, originalName: name });
    setLive(sql, ids.assetId, ids.fileId);
    const asset = counted(sql, ids.assetId)!;
    enterTimeline(sql, asset);
    setPreview(sql, ids.assetId, { width, height, thumbhash: Buffer.from(sha256.slice(0, 46), 'hex').toString('base64'), dhash: sha256.slice(0, 16), durationMs: null, problems: [], version: sha256.slice(0, 12), ratio: arrival.ratio, allProblems: [] });
    if (random() < FAVOURITES) putAssetUser(sql, user, { id: ids.assetId, ord: arrival.ord }, 'favourite', true);
    if (random() < ARCHIVED) {
      putAssetUser(sql, user, { id: ids.assetId, ord: arrival.ord }, 'archived', true);
      setHidden(sql, user, asset, HIDDEN.archived, true);
    }
    logChange(sql, 'asset', arrival.assetUuid, 'create', { libraryId: library });
  };
}
