import type { Sql } from '../../db/database.ts';
import * as repo from './group.repository.ts';
import { ofAsset } from './hints.repository.ts';
import type { GivenRole } from './pairing.ts';

/** What a source says about one file beside its bytes. `of`: the photo that it belongs to. */
export interface Part { fileId: number; role: GivenRole }

/**
 * Files that are parts of the photo that holds `anchor`. One that a source gave to another photo already stays there: the same bytes can only be in one place. Only writes down what holds; grouping does the rest.
 * Answers those of which this is news.
 */
export function link(sql: Sql, anchor: number, parts: readonly Part[]): Part[] {
  const home = repo.libraryOfFile(sql, anchor);
  const here = new Set([anchor, ...repo.fellows(sql, anchor), ...parts.map((p) => p.fileId)]);
  return parts.filter(({ fileId, role }) => {
    if (fileId === anchor || repo.libraryOfFile(sql, fileId) !== home) return false;
    const others = repo.partnerIds(sql, fileId);
    if (others.some((id) => !here.has(id))) return false;
    const plays = repo.setGiven(sql, fileId, role);
    return repo.setTogether(sql, fileId, anchor) || plays;
  });
}

/** The pair that says of which photo a file is a part. Whether that is news. */
export function linkTo(sql: Sql, libraryId: number, fileId: number, { role, of }: { role?: GivenRole | undefined; of?: string | undefined }): boolean {
  const photo = role && of ? ofAsset(sql, of, libraryId) : undefined;
  return photo !== undefined && link(sql, photo.original, [{ fileId, role: role! }]).length > 0;
}
