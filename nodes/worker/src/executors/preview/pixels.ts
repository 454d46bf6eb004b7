import { MantelError } from '@mantel/contracts/errors.ts';
import type { Sharp } from 'sharp';
import { loadSharp } from '../../sharp.ts';
import { withProfile } from './icc.ts';
import { sideways, upright } from './orient.ts';
import { fromPreview, panoramaThumb, toPreview, type Derived } from './outputs.ts';

/** Eight bits per channel, row by row. */
export interface Pixels { data: Buffer; width: number; height: number; channels: 1 | 2 | 3 | 4 }
/** `icc`: the profile of these pixels; `orientation`: what EXIF would say about them. */
export interface About { icc?: Buffer | undefined; orientation?: number; truncated?: boolean }

/** All outputs from pixels that another decoder made. The size is that of the pixels, turned upright. */
export async function renderPixels({ data, width, height, channels }: Pixels, { icc, orientation = 1, truncated = false }: About = {}): Promise<Derived> {
  const sharp = await loadSharp();
  const open = (): Sharp => upright(sharp(data, { raw: { width, height, channels }, limitInputPixels: width * height }), orientation).flatten({ background: '#ffffff' });
  const dress = (jpeg: Buffer): Buffer => (icc && channels >= 3 ? withProfile(jpeg, icc) : jpeg);
  const size = sideways(orientation) ? { width: height, height: width } : { width, height };
  const preview = dress(await toPreview(open()).toBuffer());
  const wide = panoramaThumb(size);
  const pixels = wide && dress(await open().resize({ ...wide, fit: 'fill' }).jpeg({ quality: 95 }).toBuffer());
  return { preview, ...size, truncated, ...(await fromPreview(preview, pixels)) };
}

const damaged = (): MantelError => new MantelError('undecodable', 'This picture cannot be decoded: the decoder wrote no usable pixels.');

/** Reads what decoders write: PPM, PGM or PAM with eight bits per channel. */
export function readNetpbm(file: Buffer): Pixels {
  const head = file.toString('latin1', 0, 512);
  const classic = /^P([56])\s(?:#[^\n]*\n)*(\d+)\s+(\d+)\s+255\s/.exec(head);
  const pam = classic ? null : /^P7\n([\s\S]*?)ENDHDR\n/.exec(head);
  const field = (name: string): number => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(pam?.[1] ?? '')?.[1] ?? 0);
  if (!classic && (!pam || field('MAXVAL') !== 255)) throw damaged();
  const [width, height, channels] = classic ? [Number(classic[2]), Number(classic[3]), classic[1] === '6' ? 3 : 1] : [field('WIDTH'), field('HEIGHT'), field('DEPTH')];
  const data = file.subarray((classic ?? pam)![0].length, (classic ?? pam)![0].length + width * height * channels);
  if (width < 1 || height < 1 || channels < 1 || channels > 4 || data.length < width * height * channels) throw damaged();
  return { data, width, height, channels: channels as Pixels['channels'] };
}
