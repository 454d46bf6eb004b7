import { LRUCache } from 'lru-cache';

const formats = new LRUCache<string, Intl.DateTimeFormat>({ max: 30 });
type Find = (lat: number, lon: number) => string[];
let finding: Promise<Find | null> | null = null;

/** The map of zones is loaded for the first photo that needs it: 30 ms and 15 MB; of its tiles the last few used stay in memory. */
async function load(): Promise<Find | null> {
  try {
    const { find, setCache } = await import('geo-tz');
    setCache({ store: new LRUCache<string, object>({ max: 20 }) as unknown as Map<string, object> });
    return find;
  } catch {
    return null; // without the map there are no zones by place, and that is all
  }
}

/** `Europe/Lisbon`: the zone of a place on land, one of `Etc/GMT±n` at sea. */
export async function zoneOf(lat: number, lon: number): Promise<string | null> {
  const find = await (finding ??= load());
  try {
    return find?.(lat, lon)[0] ?? null;
  } catch {
    return null;
  }
}

/** Minutes east of UTC at a moment; null for an unknown zone, and before zones had whole minutes. */
export function offsetAt(zone: string, utc: number): number | null {
  try {
    let format = formats.get(zone);
    if (!format) {
      format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
      formats.set(zone, format);
    }
    const p = Object.fromEntries(format.formatToParts(utc).map(({ type, value }) => [type, Number(value)]));
    const minutes = (Date.UTC(p.year!, p.month! - 1, p.day, p.hour, p.minute, p.second) - Math.floor(utc / 1000) * 1000) / 60_000;
    return Number.isInteger(minutes) && Math.abs(minutes) <= 840 ? minutes : null;
  } catch {
    return null;
  }
}

/** The same for a wall clock (as if UTC). An hour that there is twice in autumn is taken as the first one, one that there is not in spring as before the change. */
export function offsetAtWall(zone: string, wall: number): number | null {
  const [before, after] = [offsetAt(zone, wall - 86_400_000), offsetAt(zone, wall + 86_400_000)];
  if (before === null || after === null) return null;
  return [before, after].find((offset) => offsetAt(zone, wall - offset * 60_000) === offset) ?? before;
}

/** Offsets that are or were in use besides whole hours. */
const ODD = new Set([-570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765, 825]);

/** The offset that a difference between a wall clock and UTC (ms) stands for; null when it is further than `slack` ms from any. */
export function nearestOffset(difference: number, slack: number): number | null {
  const minutes = Math.round(difference / 900_000) * 15;
  const real = (minutes % 60 === 0 && minutes >= -720 && minutes <= 840) || ODD.has(minutes);
  return real && Math.abs(difference - minutes * 60_000) <= slack ? minutes + 0 : null;
}
