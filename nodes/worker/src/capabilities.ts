import { JOB_KINDS, type JobKind } from '@mantel/contracts/models/job.ts';
import type { NodeCaps } from '@mantel/contracts/models/node.ts';
import { machineCaps } from './machine.ts';
import { runProgram } from './run-program.ts';
import { loadSharp } from './sharp.ts';

/** `kinds`: what this machine asks for; `missing` (also in `caps`): sentences for the person who runs it. */
export interface Capabilities { kinds: JobKind[]; missing: string[]; caps: NodeCaps }

const runs = (program: string, argument = '-version'): Promise<boolean> => runProgram(program, [argument], { signal: new AbortController().signal, limitMs: 10_000, maxBytes: 1 << 20 }).then((r) => r.code === 0, () => false);
/** Without an argument it prints how to call it and ends with 1. */
const starts = (program: string): Promise<boolean> => runProgram(program, [], { signal: new AbortController().signal, limitMs: 10_000, maxBytes: 1 << 20 }).then((r) => r.code !== null, () => false);

/**
 * Tries what it claims: a listed library may still not load on this processor. Without its programs ordinary pictures still work, so the machine takes previews all the same;
 * what it cannot do is handed back as `internal` and another machine may do it.
 */
export async function findCapabilities(slots: number): Promise<Capabilities> {
  const { kinds, missing } = await findKinds();
  return { kinds, missing, caps: await machineCaps({ slots, missing }) };
}

async function findKinds(): Promise<Omit<Capabilities, 'caps'>> {
  const missing: string[] = [];
  const [ffmpeg, ffprobe, djxl, dcraw, prlimit] = await Promise.all([runs('ffmpeg'), runs('ffprobe'), runs('djxl', '--version'), starts('dcraw_emu'), runs('prlimit', '--version')]);
  if (!ffmpeg || !ffprobe) missing.push('ffmpeg and ffprobe are not installed here: videos, JPEG 2000 and BMP get no preview on this computer. Install ffmpeg.');
  if (!djxl) missing.push('djxl is not installed here: JPEG XL gets no preview on this computer. Install libjxl-tools.');
  if (!dcraw) missing.push('dcraw_emu is not installed here: RAW pictures without an embedded preview get none on this computer. Install libraw-bin.');
  if (!prlimit) missing.push('prlimit is not installed here: decoders cannot be kept within limits, so JPEG XL, JPEG 2000, BMP and some RAW pictures get no preview. Install util-linux.');
  try { await loadSharp(); } catch (e) {
    return { kinds: [], missing: [...missing, `Pictures cannot be decoded here: sharp does not load (${(e as Error).message.split('\n')[0]}).`] };
  }
  return { kinds: [...JOB_KINDS], missing };
}
