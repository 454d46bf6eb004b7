const NAMES: Record<string, string> = {
  h264: 'H.264', avc1: 'H.264', hevc: 'HEVC (H.265)', hvc1: 'HEVC (H.265)', hev1: 'HEVC (H.265)', vp8: 'VP8', vp9: 'VP9', av1: 'AV1', prores: 'ProRes', mjpeg: 'Motion JPEG', mpeg4: 'MPEG-4', mpeg2video: 'MPEG-2', mpeg1video: 'MPEG-1',
  h263: 'H.263', wmv1: 'Windows Media', wmv2: 'Windows Media', wmv3: 'Windows Media', vc1: 'VC-1', dvvideo: 'DV', aac: 'AAC', mp3: 'MP3', mp2: 'MP2', ac3: 'AC-3', opus: 'Opus', vorbis: 'Vorbis', flac: 'FLAC', alac: 'ALAC', wmav1: 'Windows Media', wmav2: 'Windows Media', amr_nb: 'AMR', amr_wb: 'AMR',
};
/** Codecs as people may have read their names: "hevc" → "HEVC (H.265)", "pcm_s16le" → "PCM"; others as they are. */
export const codecName = (codec: string): string => NAMES[codec.toLowerCase()] ?? (/^pcm_/i.test(codec) ? 'PCM' : codec);

const COLOURS: Record<string, string> = { sp3c: 'Display P3', 'srgb iec61966-2.1': 'sRGB', srgb: 'sRGB', c2: 'sRGB', 'adobe rgb (1998)': 'Adobe RGB' };
/** Colour spaces by the name that people know, where profiles abbreviate it. */
export const colourName = (profile: string): string => COLOURS[profile.toLowerCase()] ?? profile;
