import { MantelError } from '@mantel/contracts/errors.ts';
import { PREVIEW_OUTPUTS } from '@mantel/contracts/models/job.ts';
import { loadSharp } from '../../sharp.ts';
import { failureOf, inputOptions, run, type MediaInput, type Run } from './ffmpeg.ts';
import { renderImage } from './image.ts';
import { TIME_LIMIT_MS } from './limits.ts';
import type { Derived } from './outputs.ts';
import { probeVideo, type VideoFacts } from './video-facts.ts';

const FRAME_BYTES = 32 << 20;
const TONE_MAP = 'zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv,format=yuv420p';

/** Seconds to look at, best first: a tenth in (titles and black are over by then), the middle, the very start. */
export function moments(durationMs: number): number[] {
  const s = durationMs / 1000;
  if (s < 0.5) return [0];
  return [Math.min(s * 0.1 < 1 ? Math.min(1, s * 0.4) : s * 0.1, 60), s * 0.5, 0];
}

interface Frame { png: Buffer; spread: number }

async function spreadOf(png: Buffer): Promise<number> {
  const sharp = await loadSharp();
  const { channels } = await sharp(png).resize(64, 64, { fit: 'fill' }).greyscale().stats();
  return channels[0]?.stdev ?? 0;
}

/** Below this a frame is one flat colour, black most often. */
const FLAT = 6;

async function frameAt(input: MediaInput, facts: VideoFacts, at: number, limits: Run, how: { keyframes: boolean; toneMap: boolean }): Promise<Frame | MantelError> {
  const edge = PREVIEW_OUTPUTS.preview.edge;
  const scale = Math.min(1, edge / Math.max(facts.width, facts.height));
  const [w, h] = [facts.width, facts.height].map((n) => Math.max(2, Math.round(n * scale)));
  const filters = [`scale=${w}:${h}`, 'setsar=1', ...(how.toneMap ? [TONE_MAP] : []), 'format=rgb24'].join(',');
  const seek = at > 0 ? ['-ss', at.toFixed(3), ...(how.keyframes ? ['-noaccurate_seek'] : [])] : [];
  const ran = await run('ffmpeg', ['-nostdin', '-v', 'error', '-threads', '1', ...(how.keyframes ? ['-skip_frame', 'nokey'] : []), ...seek, ...inputOptions(input),
    '-map', `0:${facts.stream}`, '-frames:v', '1', '-an', '-vf', filters, '-c:v', 'png', '-compression_level', '1', '-f', 'image2pipe', 'pipe:1'], limits, FRAME_BYTES);
  if (ran.stdout.length > 0) return { png: ran.stdout, spread: await spreadOf(ran.stdout) };
  return failureOf(ran.code === 0 ? { ...ran, stderr: `${ran.stderr}\nInvalid data found: no frame` } : ran);
}

/** A poster frame that is not black where the video has one. Keyframes first (fast), then any frame, then without tone mapping: an odd file shows something rather than nothing. */
async function poster(input: MediaInput, facts: VideoFacts, limits: Run): Promise<Buffer> {
  let best: Frame | undefined;
  let failure: MantelError | undefined;
  const ways = [{ keyframes: true, toneMap: facts.hdr }, { keyframes: false, toneMap: facts.hdr }, ...(facts.hdr ? [{ keyframes: false, toneMap: false }] : [])];
  for (const way of ways) {
    for (const at of moments(facts.durationMs)) {
      const frame = await frameAt(input, facts, at, limits, way);
      if (frame instanceof MantelError) { failure = frame; continue; }
      if (frame.spread >= FLAT) return frame.png;
      if (!best || frame.spread > best.spread) best = frame;
    }
    if (best) return best.png;
  }
  throw failure ?? new MantelError('undecodable', 'No frame of this video can be decoded.');
}

/** Poster and facts of a video; ffmpeg reads only the parts that it needs. Throws `undecodable`, `timeout`, `internal`; on abort the signal's reason, with ffmpeg killed. */
export async function renderVideo(input: MediaInput, signal: AbortSignal, limitMs = TIME_LIMIT_MS): Promise<Derived & { durationMs: number }> {
  const limits: Run = { signal, deadline: Date.now() + limitMs };
  const facts = await probeVideo(input, limits);
  const derived = await renderImage(await poster(input, facts, limits), 'png');
  return { ...derived, width: facts.width, height: facts.height, durationMs: facts.durationMs };
}
