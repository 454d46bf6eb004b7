import { JOB_KINDS, type JobKind } from '@mantel/contracts/models/job.ts';
import { runProgram } from './run-program.ts';
import { loadSharp } from './sharp.ts';

/** `kinds`: what this machine asks for; `missing`: sentences for the person who runs it. */
export interface Capabilities { kinds: JobKind[]; missing: string[] }

const runs = (program: string): Promise<boolean> => runProgram(program, ['-version'], { signal: new AbortController().signal, limitMs: 10_000, maxBytes: 1 << 20 }).then((r) => r.code === 0, () => false);

/**
 * Tries what it claims: a listed library may still not load on this processor. Without ffmpeg pictures still work, so the machine takes previews all the same;
 * its videos are handed back as `internal` and another machine may do them.
 */
export async function findCapabilities(): Promise<Capabilities> {
  const missing: string[] = [];
  const [ffmpeg, ffprobe] = await Promise.all([runs('ffmpeg'), runs('ffprobe')]);
  if (!ffmpeg || !ffprobe) missing.push('ffmpeg and ffprobe are not installed here: videos get no preview on this computer. Install ffmpeg.');
  try { await loadSharp(); } catch (e) {
    return { kinds: [], missing: [...missing, `Pictures cannot be decoded here: sharp does not load (${(e as Error).message.split('\n')[0]}).`] };
  }
  return { kinds: [...JOB_KINDS], missing };
}
