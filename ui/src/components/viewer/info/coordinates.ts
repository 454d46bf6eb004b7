/** A place as people copy it from elsewhere: "38.7223, -9.1393", "38.7223 -9.1393", "38°43'20.3\"N 9°8'21.5\"W", "38,7223; -9,1393". Null when it is none. */
export function parsePlace(text: string): [number, number] | null {
  const clean = text.trim().replace(/[−–]/g, '-').replace(/[′’]/g, "'").replace(/[″”]|''/g, '"');
  const plain = /^([+-]?\d{1,2}(?:[.,]\d+)?)\s*(?:[;,]\s*|\s+)([+-]?\d{1,3}(?:[.,]\d+)?)$/.exec(clean);
  if (plain) return inRange(Number(plain[1]!.replace(',', '.')), Number(plain[2]!.replace(',', '.')));
  const parts = [...clean.matchAll(/(-?\d{1,3}(?:\.\d+)?)\s*°\s*(?:(\d{1,2}(?:\.\d+)?)\s*'\s*)?(?:(\d{1,2}(?:\.\d+)?)\s*"\s*)?([NSEWO])?/gi)];
  if (parts.length !== 2) return null;
  const [a, b] = parts.map((m) => {
    const size = Math.abs(Number(m[1])) + Number(m[2] ?? 0) / 60 + Number(m[3] ?? 0) / 3600, letter = (m[4] ?? '').toUpperCase();
    return { value: m[1]!.startsWith('-') || letter === 'S' || letter === 'W' || letter === 'O' ? -size : size, letter };
  }) as [{ value: number; letter: string }, { value: number; letter: string }];
  // "O" is west in Latin languages and east in German: with it, one must write numbers.
  if (a.letter === 'O' || b.letter === 'O') return null;
  const swapped = /[EW]/.test(a.letter) || /[NS]/.test(b.letter);
  return swapped ? inRange(b.value, a.value) : inRange(a.value, b.value);
}

const round = (v: number): number => Math.round(v * 1e6) / 1e6;
const inRange = (lat: number, lon: number): [number, number] | null => (Number.isFinite(lat) && Number.isFinite(lon) && Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? [round(lat), round(lon)] : null);

export const formatPlace = (gps: readonly number[]): string => gps.map((v) => String(Number(v.toFixed(5)))).join(', ');
