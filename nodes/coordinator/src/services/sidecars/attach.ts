import type { UploadResult } from '@mantel/contracts/models/asset.ts';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { Sql } from '../../db/database.ts';
import { splitName } from '../../library/names.ts';
import type { Sidecars } from './sidecars.ts';
import { broughtIn, type Candidate } from './sidecars.repository.ts';

const fold = (name: string): string => name.normalize('NFC').toLocaleLowerCase('en');
const pattern = (name: string): string => name.replace(/[\\%_]/g, (c) => `\\${c}`);
const last = (name: string): string => name.split(/[/\\]/).at(-1)!;

/** The one photo of a person that a sidecar is called after: `X.ext.xmp` belongs to `X.ext`, `X.xmp` to `X.anything` when there is only one. Throws `no_photo`. */
export function photoOf(sql: Pick<Sql, 'get' | 'all'>, userId: number, libraryId: number, sidecarName: string): Candidate {
  const name = last(sidecarName).replace(/\.xmp$/i, '');
  const exact = broughtIn(sql, userId, libraryId, pattern(name)).filter((c) => fold(c.name) === fold(name));
  const found = exact.length ? exact : broughtIn(sql, userId, libraryId, `${pattern(name)}.%`).filter((c) => fold(splitName(c.name).stem) === fold(name));
  const photos = new Map(found.map((c) => [c.assetId, c]));
  if (photos.size > 1) throw new MantelError('no_photo', 'Several of your photos have this name, so it is not clear which one this sidecar is for. Nothing was stored; send it together with its photo.');
  const [photo] = photos.values();
  if (!photo) throw new MantelError('no_photo');
  return photo;
}

/** Takes in a sidecar that came without its photo. */
export const createAttach = (sql: Pick<Sql, 'get' | 'all'>, came: Sidecars['came']) => async (userId: number, libraryId: number, name: string, from: string, of: { sha256: string; changedAt?: number | undefined }): Promise<UploadResult> => {
  const photo = photoOf(sql, userId, libraryId, name);
  const sidecar = await came(photo.fileId, from, { ...of, refuse: true });
  return { sidecar, outcome: 'duplicate', assetId: photo.assetUuid, fileId: photo.fileUuid, libraryId: photo.libraryUuid, trashed: photo.trashedAt !== null, problems: JSON.parse(photo.problems) as UploadResult['problems'] };
};
