import { MantelError } from '@mantel/contracts/errors.ts';
import type { Problem } from '@mantel/contracts/models/asset.ts';
import { sniff, type Sniffed } from '../../library/facts/facts.ts';

export interface Classified extends Sniffed { problems: Problem[] }

/** What a received file is to the library. Throws `unsupported_type` for what is no photo or video. */
export async function classify(path: string, { bytes }: { name: string; bytes: number }): Promise<Classified> {
  if (bytes === 0) throw new MantelError('empty_file');
  const content = await sniff(path);
  if (!content) throw new MantelError('unsupported_type');
  return { ...content, problems: [] };
}
