import { MantelError } from '@mantel/contracts/errors.ts';
import type { Ran } from '../../run-program.ts';
import { runBounded } from './bounded.ts';

/** Where ffmpeg reads from: a signed https address with the pinned certificate, or (in tests) a plain path without `ca`. */
export interface MediaInput { url: string; ca?: { file: string; name: string } }

// A "video" may be a playlist that names other files and addresses: only container formats that hold their own data are opened, and only by the one protocol.
const FORMATS = 'mov,mp4,matroska,webm,avi,mpeg,mpegts,mpegvideo,asf,flv,ogg,h264,hevc,dv,m4v,rm,mxf';
const MAX_PIXELS = String(70e6);
/** Address space: a picture of 8K is 53 to 106 MB, and up to 16 earlier ones are kept. */
const MEMORY_BYTES = 2.5 * 2 ** 30;

/** The options that stand before `-i`, and the input. A cut connection is picked up again for a while; silence ends after 8 s. */
export function inputOptions({ url, ca }: MediaInput): string[] {
  const safe = ['-format_whitelist', FORMATS, '-max_pixels', MAX_PIXELS];
  const net = ca ? ['-protocol_whitelist', 'https,tls,tcp', '-ca_file', ca.file, '-tls_verify', '1', '-verifyhost', ca.name, '-rw_timeout', '8000000',
    '-reconnect', '1', '-reconnect_streamed', '1', '-reconnect_on_network_error', '1', '-reconnect_delay_max', '5'] : ['-protocol_whitelist', 'file'];
  return [...safe, ...net, '-i', url];
}

const BROKEN = /Invalid data found|error reading header|moov atom not found|could not find codec parameters|does not contain any stream|Invalid argument|Not yet implemented|not in whitelist|End of file|Picture size .* is invalid|Decoder .* not found|broken header|Cannot determine format|Error while decoding|Cannot allocate memory/i;
const NETWORK = /Server returned|Connection (refused|reset|timed out)|Input\/output error|Network is unreachable|No route to host|error in the (pull|push) function|owner does not match|Failed to verify|certificate/i;

/** Words of ffmpeg without addresses: a signed address is a key. */
const quote = (stderr: string): string => (stderr.trim().split('\n').filter((l) => !l.includes('://')).pop() ?? '').replace(/^\[[^\]]*\]\s*/, '').slice(0, 300);

/** What a failed run means: a file that nobody can read is final, everything else is worth another try. */
export function failureOf({ code, stderr }: Ran): MantelError {
  if (!NETWORK.test(stderr) && BROKEN.test(stderr)) return new MantelError('undecodable', `This video cannot be decoded: ${quote(stderr) || 'its data are damaged'}`);
  return new MantelError('internal', `The video could not be read (exit ${code ?? 'by signal'}): ${quote(stderr) || 'the connection was lost'}`);
}

export interface Run { signal: AbortSignal; /** Date.now() value after which nothing may run. */ deadline: number }

export async function run(program: 'ffmpeg' | 'ffprobe', args: string[], { signal, deadline }: Run, maxBytes: number): Promise<Ran> {
  const limitMs = deadline - Date.now();
  if (limitMs <= 0) throw new MantelError('timeout', 'This video took too long to open.');
  return runBounded(program, args, signal, { limitMs, maxBytes, memoryBytes: MEMORY_BYTES });
}
