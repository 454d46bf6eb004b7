import { MantelError } from '@mantel/contracts/errors.ts';
import { failureOf, inputOptions, run, type MediaInput, type Run } from './ffmpeg.ts';

/** `width`, `height`: as displayed (pixel shape and rotation applied); `stream`: index of the picture stream; `hdr`: PQ or HLG, and whether its colours are named. */
export interface VideoFacts { stream: number; width: number; height: number; durationMs: number; hdr: false | 'named' | 'unnamed' }

interface Stream {
  index: number; codec_type?: string; codec_name?: string; codec_tag_string?: string; width?: number; height?: number; sample_aspect_ratio?: string; color_transfer?: string; color_primaries?: string; color_space?: string; duration?: string;
  disposition?: { attached_pic?: number }; side_data_list?: { rotation?: number }[];
}

function pixelShape(ratio: string | undefined): number {
  const [x, y] = (ratio ?? '').split(':').map(Number);
  return x && y && x / y > 0.1 && x / y < 10 ? x / y : 1;
}

/** What stands in the place of a codec's name when the pictures are encrypted (MPEG Common Encryption, iTunes). */
const ENCRYPTED = ['encv', 'drmi'];
const known = (name: string | undefined): boolean => name !== undefined && name !== 'unknown' && name !== 'reserved';

export function factsOf(probe: { streams?: Stream[]; format?: { duration?: string } }): VideoFacts {
  const v = probe.streams?.find((s) => s.codec_type === 'video' && s.width && s.height && !s.disposition?.attached_pic);
  if (!v) throw new MantelError('undecodable', 'There is no picture in this video.');
  if (ENCRYPTED.includes(v.codec_tag_string ?? '')) throw new MantelError('encrypted', 'This video is protected: it plays only where it was bought. The original is kept.');
  const rotation = v.side_data_list?.find((d) => d.rotation !== undefined)?.rotation ?? 0;
  const [w, h] = [Math.max(1, Math.round(v.width! * pixelShape(v.sample_aspect_ratio))), v.height!];
  const sideways = Math.abs(Math.round(rotation / 90)) % 2 === 1;
  const seconds = Number(probe.format?.duration ?? v.duration ?? 0);
  return {
    stream: v.index, width: sideways ? h : w, height: sideways ? w : h, durationMs: Number.isFinite(seconds) && seconds > 0 ? Math.round(seconds * 1000) : 0,
    hdr: v.color_transfer === 'smpte2084' || v.color_transfer === 'arib-std-b67' ? (known(v.color_primaries) && known(v.color_space) ? 'named' : 'unnamed') : false,
  };
}

export async function probeVideo(input: MediaInput, limits: Run): Promise<VideoFacts> {
  const ran = await run('ffprobe', ['-v', 'error', '-of', 'json', '-show_streams', '-show_format', ...inputOptions(input)], limits, 4 << 20);
  if (ran.code !== 0) throw failureOf(ran);
  return factsOf(JSON.parse(ran.stdout.toString()) as Parameters<typeof factsOf>[0]);
}
