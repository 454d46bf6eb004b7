// The text format of Prometheus (0.0.4). Written here: what the house tells are gauges and counters that it knows anyway, and a library would keep a second copy of each.
export interface Sample { labels?: Record<string, string>; value: number | null }
/** `samples` without a value (null) are left out. */
export interface Metric { name: string; type: 'gauge' | 'counter'; help: string; samples: Sample[] }

/** No more lines of one name than this, whatever happens: each is a series that a server keeps. */
export const MAX_SERIES = 1000;

const escape = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
const label = (value: string): string => escape(value).replaceAll('"', '\\"');
const labels = (l: Record<string, string> | undefined): string => {
  const all = Object.entries(l ?? {}).map(([k, v]) => `${k}="${label(v)}"`);
  return all.length ? `{${all.join(',')}}` : '';
};

export function exposition(metrics: readonly Metric[]): string {
  const lines: string[] = [];
  for (const m of metrics) {
    const there = m.samples.filter((s): s is Sample & { value: number } => s.value !== null && Number.isFinite(s.value)).slice(0, MAX_SERIES);
    if (!there.length) continue;
    lines.push(`# HELP ${m.name} ${escape(m.help)}`, `# TYPE ${m.name} ${m.type}`, ...there.map((s) => `${m.name}${labels(s.labels)} ${s.value}`));
  }
  return `${lines.join('\n')}\n`;
}
