const LEVEL_BAD = new Set(['warn', 'error', 'fatal']);
const KNOWN = new Set(['level', 'time', 'msg', 'name', 'pid', 'hostname', 'node', 'v']);
const two = (n: number): string => String(n).padStart(2, '0');

/** A line of a log as people read it: the time, the words, the rest as `key=value`. What is not one of our JSON lines stays as it is. */
export function logLine(line: string): { time: string; text: string; bad: boolean } {
  const parsed = parse(line);
  if (!parsed) return { time: '', text: line, bad: false };
  const at = new Date(typeof parsed['time'] === 'number' || typeof parsed['time'] === 'string' ? parsed['time'] : Number.NaN);
  const time = Number.isNaN(at.getTime()) ? '' : `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  const rest = Object.entries(parsed).filter(([k]) => !KNOWN.has(k)).map(([k, v]) => `${k}=${typeof v === 'string' ? v : errorText(v)}`);
  return { time, text: [parsed['msg'], ...rest].filter(Boolean).join(' '), bad: LEVEL_BAD.has(String(parsed['level'])) || Number(parsed['level']) >= 40 };
}

function parse(line: string): Record<string, unknown> | null {
  if (!line.startsWith('{')) return null;
  try { return JSON.parse(line) as Record<string, unknown>; } catch { return null; }
}
/** Of an error its words are enough here; the copied log has all of it. */
function errorText(v: unknown): string {
  const message = (v as { message?: unknown } | null)?.message;
  return typeof message === 'string' ? message : JSON.stringify(v);
}
