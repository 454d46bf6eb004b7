import { MantelError } from '@mantel/contracts/errors.ts';
import { PREVIEW_OUTPUTS } from '@mantel/contracts/models/job.ts';
import { loadSharp } from '../../sharp.ts';
import { failureOf, inputOptions, run, type MediaInput, type Run } from './ffmpeg.ts';
import { renderImage } from './image.ts';
import { TIME_LIMIT_MS } from './limits.ts';
import type { Derived } from './outputs.ts';
import { probeVideo, type VideoFacts } from './video-facts.ts';

const FRAME_BYTES = 32 << 20;
// White of ordinary video (203 of PQ's and HLG's units) becomes 228 of 255, everything darker than half of it stays as it is, five times as bright is white: measured with bars that were encoded both ways.
const TONE_MAP = 'zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt709,tonemap=mobius:param=0.5:peak=5:desat=0,zscale=t=bt709:m=bt709:r=tv,format=yuv420p';
/** Where the file does not name its colours, they are those that all HDR video has. */
const NAME_COLOURS = 'setparams=color_primaries=bt2020:colorspace=bt2020nc';

/** Seconds to look at, best first: a tenth in (titles and black are mostly over by then), the middle, other places, the very start. */
export function moments(durationMs: number): number[] {
  const s = durationMs / 1000;
  if (s < 0.5) return [0];
  const first = Math.min(s * 0.1 < 1 ? Math.min(1, s * 0.4) : s * 0.1, 60);
  return [first, s * 0.5, s * 0.25, s * 0.75, 0];
}

/** Of its grey, 0 to 255: mean, brightest, standard deviation. */
interface Frame { png: Buffer; light: number; brightest: number; spread: number }

async function look(png: Buffer): Promise<Frame> {
  const sharp = await loadSharp();
  const { channels } = await sharp(png).resize(64, 64, { fit: 'fill' }).greyscale().stats();
  return { png, light: channels[0]?.mean ?? 0, brightest: channels[0]?.max ?? 0, spread: channels[0]?.stdev ?? 0 };
}

// Below these a frame is one flat colour, or is still fading in: other moments are looked at, and the best of all is taken (a night stays a night).
const FLAT = 6;
const DIM = 35;
const WITHOUT_LIGHT = 120;
const isGood = ({ light, brightest, spread }: Frame): boolean => spread >= FLAT && light >= DIM && brightest >= WITHOUT_LIGHT;
/** Detail counts more than light: a white flash is no poster. */
const worth = ({ light, spread }: Frame): number => Math.min(spread, 50) * 3 + Math.min(light, 100);

async function frameAt(input: MediaInput, facts: VideoFacts, at: number, limits: Run, how: { keyframes: boolean; toneMap: boolean }): Promise<Frame | MantelError> {
  const edge = PREVIEW_OUTPUTS.preview.edge;
  const scale = Math.min(1, edge / Math.max(facts.width, facts.height));
  const [w, h] = [facts.width, facts.height].map((n) => Math.max(2, Math.round(n * scale)));
  const filters = [`scale=${w}:${h}`, 'setsar=1', ...(how.toneMap ? [...(facts.hdr === 'unnamed' ? [NAME_COLOURS] : []), TONE_MAP] : []), 'format=rgb24'].join(',');
  const seek = at > 0 ? ['-ss', at.toFixed(3), ...(how.keyframes ? ['-noaccurate_seek'] : [])] : [];
  // passthrough: the keyframe before the wanted moment has a negative time, and would be dropped
  const ran = await run('ffmpeg', ['-nostdin', '-v', 'error', '-threads', '1', ...(how.keyframes ? ['-skip_frame', 'nokey'] : []), ...seek, ...inputOptions(input),
    '-map', `0:${facts.stream}`, '-frames:v', '1', '-fps_mode', 'passthrough', '-an', '-vf', filters, '-c:v', 'png', '-compression_level', '1', '-f', 'image2pipe', 'pipe:1'], limits, FRAME_BYTES);
  if (ran.stdout.length > 0) return look(ran.stdout);
  return failureOf(ran.code === 0 ? { ...ran, stderr: `${ran.stderr}\nInvalid data found: no frame` } : ran);
}

/** A poster frame that is not black where the video has one. Keyframes first (fast), then any frame, then without tone mapping: an odd file shows something rather than nothing. */
async function poster(input: MediaInput, facts: VideoFacts, limits: Run): Promise<Buffer> {
  let best: Frame | undefined;
  let failure: MantelError | undefined;
  const hdr = facts.hdr !== false;
  const ways = [{ keyframes: true, toneMap: hdr }, { keyframes: false, toneMap: hdr }, ...(hdr ? [{ keyframes: false, toneMap: false }] : [])];
  for (const way of ways) {
    for (const at of moments(facts.durationMs)) {
      const frame = await frameAt(input, facts, at, limits, way);
      if (frame instanceof MantelError) { failure = frame; continue; }
      if (isGood(frame)) return frame.png;
      if (!best || worth(frame) > worth(best)) best = frame;
    }
    if (best && best.spread >= FLAT) return best.png;
  }
  if (best) return best.png;
  throw failure ?? new MantelError('undecodable', 'No frame of this video can be decoded.');
}

/** Poster and facts of a video; ffmpeg reads only the parts that it needs. Throws `undecodable`, `timeout`, `internal`; on abort the signal's reason, with ffmpeg killed. */
export async function renderVideo(input: MediaInput, signal: AbortSignal, limitMs = TIME_LIMIT_MS): Promise<Derived & { durationMs: number }> {
  const limits: Run = { signal, deadline: Date.now() + limitMs };
  const facts = await probeVideo(input, limits);
  const derived = await renderImage(await poster(input, facts, limits), 'png');
  return { ...derived, width: facts.width, height: facts.height, durationMs: facts.durationMs };
}
