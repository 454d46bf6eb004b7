import { type IncomingMessage, request } from 'node:http';

export interface LiveEvent { event: string; id?: string; data: { seq?: number; kind?: string; id?: string; op?: string } }
export interface LiveStream {
  status: number;
  /** All that came so far. */
  events: LiveEvent[];
  /** The first event, past or coming, that fits. Rejects after `ms`. */
  next(fits: (e: LiveEvent) => boolean, ms?: number): Promise<LiveEvent>;
  /** Resolves when the server ends the stream. */
  ended: Promise<void>;
  /** Stop reading without closing, as a sleeping phone does. */
  pause(): void;
  close(): void;
}

/** A reader of GET /live. */
export function openLive(port: number, token: string, lastEventId?: number): Promise<LiveStream> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) };
    const req = request({ host: '127.0.0.1', port, path: '/api/v1/live', headers, agent: false });
    req.on('error', reject).on('response', (res: IncomingMessage) => resolve(reader(res))).end();
  });
}

function reader(res: IncomingMessage): LiveStream {
  const events: LiveEvent[] = [];
  const waiting = new Set<() => void>();
  let rest = '';
  res.setEncoding('utf8').on('data', (text: string) => {
    const blocks = (rest + text).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) {
      const lines = new Map(block.split('\n').map((l) => [l.slice(0, l.indexOf(':')), l.slice(l.indexOf(':') + 2)]));
      const event = lines.get('event');
      const id = lines.get('id');
      if (event !== undefined) events.push({ event, ...(id === undefined ? {} : { id }), data: JSON.parse(lines.get('data') ?? '{}') as LiveEvent['data'] });
    }
    for (const look of waiting) look();
  });
  const ended = new Promise<void>((resolve) => { res.on('close', resolve).on('error', () => undefined); });
  return {
    status: res.statusCode ?? 0, events, ended,
    next: (fits, ms = 10_000) => new Promise((resolve, reject) => {
      const stop = (): void => {
        waiting.delete(look);
        clearTimeout(timer);
      };
      const look = (): void => {
        const found = events.find(fits);
        if (!found) return;
        stop();
        resolve(found);
      };
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`no such live event in ${ms} ms; there were ${JSON.stringify(events.slice(-5))}`));
      }, ms);
      waiting.add(look);
      look();
    }),
    pause: () => void res.pause(),
    close: () => void res.destroy(),
  };
}
