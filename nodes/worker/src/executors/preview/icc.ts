// Pixels of a HEIC come without conversion, in the colours of its profile (Display P3 on every iPhone). Writing the profile beside them keeps the colours true and costs nothing.

const MARKER = 'ICC_PROFILE\0';
const MAX_CHUNK = 65_519;

/** A profile that may stand beside three-channel pixels; larger ones are tables of printers and not worth their bytes in every preview. */
export const usableProfile = (icc: Buffer | undefined): icc is Buffer => icc !== undefined && icc.length >= 128 && icc.length <= 64 * 1024 && icc.toString('latin1', 16, 20) === 'RGB ';

/** A JPEG with this ICC profile (APP2 segments directly after its start). */
export function withProfile(jpeg: Buffer, icc: Buffer): Buffer {
  const count = Math.ceil(icc.length / MAX_CHUNK);
  const segments = Array.from({ length: count }, (_, n) => {
    const part = icc.subarray(n * MAX_CHUNK, (n + 1) * MAX_CHUNK);
    const head = Buffer.alloc(18);
    head.writeUInt16BE(0xffe2, 0);
    head.writeUInt16BE(part.length + 16, 2);
    head.write(MARKER, 4, 'latin1');
    head[16] = n + 1;
    head[17] = count;
    return Buffer.concat([head, part]);
  });
  return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
}
