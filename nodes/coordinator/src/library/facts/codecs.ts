/** What containers call their codecs, in one word each; what is not known keeps its own name. */
const VIDEO: [RegExp, string][] = [
  [/^(avc[1-4]|h264|x264|27|v_mpeg4\/iso\/avc|dva[1v])$/i, 'h264'], [/^(hvc1|hev1|dvh[1e]|36|v_mpegh\/iso\/hevc|hevc|h265)$/i, 'hevc'], [/^(av01|v_av1)$/i, 'av1'], [/^(vp09|v_vp9|vp90)$/i, 'vp9'], [/^(vp08|v_vp8|vp80)$/i, 'vp8'],
  [/^(ap4[hx]|apc[hnso]|apr[nh]|aprn)$/i, 'prores'], [/^(mjp[gab]|jpeg|mjpeg|v_mjpeg|dmb1)$/i, 'mjpeg'], [/^(mp4v|divx|dx50|xvid|fmp4|v_mpeg4\/iso\/.*)$/i, 'mpeg4'], [/^(s263|h263)$/i, 'h263'], [/^(2|v_mpeg2|mpeg2|mpg2|m2v1|hdv\d|xdv.)$/i, 'mpeg2'], [/^(1|v_mpeg1|mpg1)$/i, 'mpeg1'], [/^(wmv\d|wvc1|wmva)$/i, 'wmv'], [/^(dvc.?|dvsd|dvhd|dv..)$/i, 'dv'],
];
const AUDIO: [RegExp, string][] = [
  [/^(mp4a|aac.*|a_aac.*|15|17|255)$/i, 'aac'], [/^(\.?mp3|mp3|a_mpeg\/l3|85)$/i, 'mp3'], [/^(mp[12]|3|4)$/i, 'mp2'], [/^(opus|a_opus)$/i, 'opus'], [/^a_vorbis$/i, 'vorbis'], [/^(samr|sawb|amr.*)$/i, 'amr'], [/^(ac-3|a_ac3|129|8192)$/i, 'ac3'], [/^(ec-3|a_eac3|135)$/i, 'eac3'],
  [/^(raw|sowt|twos|lpcm|in24|in32|fl32|fl64|ipcm|a_pcm.*|1|128)$/i, 'pcm'], [/^(alac|a_alac)$/i, 'alac'], [/^(flac|fLaC|a_flac)$/i, 'flac'], [/^(wma.*|353|354|352)$/i, 'wma'], [/^(ulaw|alaw|6|7)$/i, 'g711'], [/^(apac)$/i, 'apac'],
];
const named = (value: unknown, table: [RegExp, string][]): string | null => {
  const own = typeof value === 'string' || typeof value === 'number' ? String(value).replaceAll('\0', '').trim() : '';
  const known = table.find(([pattern]) => pattern.test(own))?.[1];
  return known ?? (/^[\w./ -]{2,30}$/.test(own) && !/^\d+$/.test(own) ? own.toLowerCase() : null);
};
export const videoCodec = (value: unknown): string | null => named(value, VIDEO);
export const audioCodec = (value: unknown): string | null => named(value, AUDIO);
