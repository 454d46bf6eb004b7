import { open } from 'node:fs/promises';
import { MantelError } from '@mantel/contracts/errors.ts';
import type { Problem } from '@mantel/contracts/models/asset.ts';
import { encryptedBy, nameInside } from '../../library/facts/encrypted.ts';
import { typeByName, UNKNOWN_MIME } from '../../library/facts/kinds.ts';
import { protectedVideo } from '../../library/facts/protected-video.ts';
import { contentOf, sniff, type Sniffed } from '../../library/facts/sniff.ts';

export interface Classified extends Sniffed { problems: Problem[] }

/**
 * What a received file is to the library. Known content decides; where it is unknown, the name of a photo or video is a promise: the file is kept and says what is wrong with it
 * (`empty`, `encrypted`, `undecodable`). Throws `empty_file` and `unsupported_type`, in words that fit, for what is neither.
 */
export async function classify(path: string, { name, bytes }: { name: string; bytes: number }): Promise<Classified> {
  if (bytes === 0) {
    const named = typeByName(name);
    if (!named) throw new MantelError('empty_file');
    return { mime: UNKNOWN_MIME, ...named, problems: ['empty'] };
  }
  const content = await sniff(path);
  if (content) return { ...content, problems: content.type === 'video' && /^video\/(mp4|quicktime|x-m4v|3gpp2?)$/.test(content.mime) && (await protectedVideo(path)) ? ['encrypted'] : [] };
  const head = await firstBytes(path);
  const encrypted = encryptedBy(head) !== null;
  const named = typeByName(encrypted ? nameInside(name) : name);
  if (!named || isCompanion(name, head)) throw refusal(await contentOf(path), name, head);
  return { mime: UNKNOWN_MIME, ...named, problems: [encrypted ? 'encrypted' : 'undecodable'] };
}

/** What is said of the file as a whole, before what its reader found; that nobody could read facts in what nobody understands goes without saying. */
export const allProblems = (content: Classified, found: Problem[]): Problem[] => [...new Set([...content.problems, ...found.filter((p) => p !== 'no_facts' || content.mime !== UNKNOWN_MIME)])];

/** macOS puts `._X.jpg` beside X.jpg on disks of others: attributes of the Finder under the name of the photo. */
const isCompanion = (name: string, head: Buffer): boolean => name.split(/[/\\]/).at(-1)!.startsWith('._') && head.length >= 4 && head.readUInt32BE(0) === 0x00051607;

function refusal(mime: string | null, name: string, head: Buffer): MantelError {
  if (isCompanion(name, head)) return new MantelError('unsupported_type', 'This is not the photo but what macOS remembers of it. Nothing was stored; send the file without "._" in front.');
  if (mime?.startsWith('audio/')) return new MantelError('unsupported_type', 'This is sound, and Mantel keeps photos and videos. Nothing was stored.');
  return new MantelError('unsupported_type');
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
