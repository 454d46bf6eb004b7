// How import runs reach the other nouns.
import { stat } from 'node:fs/promises';
import { readSpan } from '@mantel/runtime/plugins/span.ts';
import type { Albums } from '../albums/albums.ts';
import type { Assets } from '../assets/assets.ts';
import type { Ingest } from '../assets/ingest.ts';
import type { ImportDoor } from '../assets/open-assets.ts';
import type { Libraries } from '../libraries/libraries.ts';
import type { Plugins } from '../plugins/plugins.ts';
import type { Repairs } from '../repairs/repairs.ts';
import type { Sources } from '../sources/sources.ts';
import type { Doors } from './doors.ts';

export interface Nouns { plugins: Plugins; sources: Sources; albums: Albums; libraries: Libraries; assets: Assets; ingest: Ingest; imports: ImportDoor; stemOf: (name: string) => string }
export function importDoors({ cards, ...own }: Pick<Doors, 'db' | 'data' | 'requireStorage' | 'room' | 'log' | 'changed'> & { cards: Pick<Repairs, 'raise' | 'clear'> }, { plugins, sources, albums, libraries, assets, ingest, imports, stemOf }: Nouns): Doors {
  return {
    ...own,
    diskOf: async (path) => String((await stat(path)).dev),
    plugins: { manifest: plugins.usable, open: plugins.open, grants: (manifest, config, parts) => plugins.grants(manifest.id, config, parts === undefined ? {} : { parts }), readSpan },
    source: sources.resolve, prepare: sources.prepare,
    library: { ...imports, target: ingest.library, lockedOf: libraries.lockedOf, externalOf: libraries.externalOf, restore: assets.restore, stemOf },
    albums,
    stopped: ({ uuid, name }, trouble) => (trouble === null ? cards.clear('import_stopped', uuid) : cards.raise({ kind: 'import_stopped', about: uuid, text: `The import “${name}” stopped. ${trouble}`, fix: 'imports.resume' })),
  };
}
