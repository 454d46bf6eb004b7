import type { Found } from '@mantel/runtime/discovery/discovery.ts';
import { afterEach, expect, it } from 'vitest';
import type { Whereabouts } from './connection.ts';
import { type ReachOptions, startReach } from './reach.ts';

const HOME: Whereabouts = { host: '10.0.0.1', port: 2283, natsPort: 20_001 };
const CID = '0123456789abcdef';
const named = (w: Whereabouts): string => `${w.host}:${w.port}:${w.natsPort}`;
const said = (at: Whereabouts, id = CID, nats = String(at.natsPort)): Found => ({ role: 'coordinator', id, name: 'nas', port: at.port, txt: {}, host: at.host, seenAt: 0, places: [{ host: at.host, port: at.port, txt: { nats } }] });

let stop: () => Promise<void> = async () => undefined;
afterEach(() => stop());

/** A house at `where`, silent for anybody who is not there. */
function world(o: { where?: Whereabouts; found?: Found[]; typed?: { host: string; port: number }; /** Certificate is right, but the bus is not. */ deaf?: string[] }) {
  const w = { where: o.where as Whereabouts | undefined, found: o.found ?? [], asked: new Set<string>(), moves: [] as string[], kept: [] as string[], looking: 0, said: [] as string[] };
  let at = HOME;
  let heard = performance.now();
  const talk = setInterval(() => { if (w.where && named(at) === named(w.where)) heard = performance.now(); }, 5);
  const options: ReachOptions = {
    cid: CID, ...(o.typed ? { typed: o.typed } : {}),
    connection: { heardAt: () => heard, at: () => at, move: (to) => { at = to; w.moves.push(named(to)); } },
    answers: (to) => { w.asked.add(named(to)); return Promise.resolve(o.deaf?.includes(to.host) === true || (w.where?.host === to.host && w.where.port === to.port)); },
    discover: () => { w.looking++; return { found: () => w.found, stop: async () => { w.looking--; } }; },
    keep: (to) => { w.kept.push(named(to)); },
    log: { info: () => undefined, warn: ((_f: object, text: string) => { w.said.push(text); }) as never },
    times: { lookMs: 10, silentMs: 60, stuckMs: 200, settleMs: 100, avoidMs: 1000 },
  };
  const reach = startReach(options);
  stop = async () => { clearInterval(talk); await reach.stop(); expect(w.looking).toBe(0); };
  return w;
}
const settled = (fits: () => unknown): Promise<void> => expect.poll(fits, { timeout: 3000, interval: 5 }).toBeTruthy();
const later = (ms: number): Promise<void> => new Promise((r) => { setTimeout(r, ms); });
const NEW: Whereabouts = { ...HOME, host: '10.0.0.2' };
const LIAR: Whereabouts = { ...HOME, host: '10.6.6.6' };

it('does nothing while the house answers', async () => {
  const w = world({ where: HOME, found: [said(NEW)] });
  await later(200);
  expect([w.moves, w.asked.size, w.looking]).toEqual([[], 0, 0]);
});
it('goes to the new address, keeps it once it was answered there, and stops looking', async () => {
  const w = world({ where: HOME, found: [said(LIAR), said(NEW)] });
  w.where = NEW;
  await settled(() => w.kept.length === 1 && w.looking === 0);
  expect([w.moves, w.kept, w.said.length]).toEqual([[named(NEW)], [named(NEW)], 1]);
  expect(w.asked).toContain(named(LIAR));
});
it('another house is not asked at all', async () => {
  const w = world({ found: [said(NEW, 'fedcba9876543210')] });
  await settled(() => w.looking === 1);
  await later(100);
  expect([...w.asked]).toEqual([named(HOME)]);
});
it('a house that is only down is waited for where it is', async () => {
  const w = world({ found: [said(LIAR)] });
  await settled(() => w.looking === 1);
  w.where = HOME;
  await settled(() => w.looking === 0);
  expect([w.moves, w.kept]).toEqual([[], []]);
});
it('one in the middle that passes everything on but the work bus holds it up for a moment only; nothing of it is kept', async () => {
  const w = world({ where: NEW, found: [said(LIAR)], deaf: [LIAR.host] });
  await settled(() => w.moves.length === 1);
  w.found = [said(LIAR), said(NEW)];
  await settled(() => w.kept.length === 1);
  expect([w.moves, w.kept]).toEqual([[named(LIAR), named(NEW)], [named(NEW)]]);
});
it('the same address with another port of the work bus', async () => {
  const other = { ...HOME, natsPort: 20_002 };
  const w = world({ where: other, found: [said(other)] });
  await settled(() => w.kept.length === 1);
  expect(w.moves).toEqual([named(other)]);
});
it.each(['99999', '-1', '0', 'x', ''])('a port "%s" is none', async (nats) => {
  const w = world({ where: NEW, found: [said(NEW, CID, nats)] });
  if (nats === '99999') { await later(200); expect(w.moves).toEqual([]); return; }
  await settled(() => w.kept.length === 1);
  expect(w.moves).toEqual([named(NEW)]);
});
it('a typed address works when nothing is found', async () => {
  const w = world({ where: NEW, typed: { host: NEW.host, port: NEW.port } });
  await settled(() => w.kept.length === 1);
});
