// The only wiring of the house: config → database → storage → brokers → services → http. Tests use it too; main.ts is the process entry.
import { mkdirSync } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { JobKind } from '@mantel/contracts/models/job.ts';
import { GATEWAY_NODE, homeBroker, netBroker } from '@mantel/runtime/broker.ts';
import { NO_DISCOVERY } from '@mantel/runtime/discovery/discovery.ts';
import { createLogger, type Logger } from '@mantel/runtime/logger.ts';
import { openPlugin } from '@mantel/runtime/plugins/open-plugin.ts';
import { isolationOf } from '@mantel/runtime/plugins/wall.ts';
import { advertiseHouse } from './cluster/advertise.ts';
import { openCluster } from './cluster/cluster.ts';
import { changesFor, firstSeq, lastSeq, pruneChanges } from './db/change-log.ts';
import { Database, databaseFile } from './db/database.ts';
import { addApiRoutes } from './http/api.ts';
import { createApp, ROUTES } from './http/app.ts';
import { addExportRoute } from './http/export.ts';
import { createLive } from './http/live.ts';
import { addImportPartRoutes } from './http/import-parts.ts';
import { addImportReportRoute } from './http/import-report.ts';
import { addJoiningRoutes } from './http/joining.ts';
import { addMediaRoutes } from './http/media.ts';
import { addMetricsRoute } from './http/metrics.ts';
import { addPairingRoutes } from './http/pairing.ts';
import { onePort } from './http/one-port.ts';
import { addPluginUploadRoute } from './http/plugin-upload.ts';
import { addUi } from './http/ui.ts';
import { addUploadRoute } from './http/uploads.ts';
import { addWorkerByteRoutes } from './http/worker-bytes.ts';
import { DERIVED } from './library/derived.ts';
import { createExiftool } from './library/exiftool.ts';
import { createFacts } from './library/facts/facts.ts';
import { createSidecarReader } from './library/sidecar/read.ts';
import { createSidecarWriter, setAside } from './library/sidecar/write.ts';
import { openMarker } from './library/marker.ts';
import { createRoom } from './library/write.ts';
import { addActions, type Call, checkWiring, typedCall } from './services/adapter.ts';
import { createAlbums } from './services/albums/albums.ts';
import { albumHandlers } from './services/albums/albums.service.ts';
import { mediaFor, mediaOf, resetFailedPreviews, type MediaRow } from './services/assets/assets.repository.ts';
import { assetHandlers } from './services/assets/assets.service.ts';
import { setConflicts } from './services/assets/edit.repository.ts';
import { createTags } from './services/assets/tags.ts';
import { openAssets } from './services/assets/open-assets.ts';
import { stemOf } from './services/assets/part-name.ts';
import { createPreview, previewKey, type PreviewJob } from './services/assets/preview.ts';
import { settleArrivals } from './services/assets/settle.ts';
import { withSample } from './services/nodes/sample.ts';
import { createGates } from './services/jobs/gates.service.ts';
import { addGateway, gatewayHandlers } from './services/jobs/gateway.service.ts';
import { jobHandlers } from './services/jobs/jobs.service.ts';
import { watchPresence } from './services/jobs/presence.ts';
import { heldJob, insertJob, openJob, openLeases } from './services/jobs/queue.repository.ts';
import { createQueue, type JobEnd } from './services/jobs/queue.ts';
import { within } from './services/jobs/admission.ts';
import { createRates } from './services/jobs/rates.ts';
import { createRoster } from './services/jobs/roster.ts';
import { importDoors } from './services/imports/doors.service.ts';
import { openImports } from './services/imports/open-imports.ts';
import { libraryHandlers } from './services/libraries/libraries.service.ts';
import { createLibraries } from './services/libraries/libraries.ts';
import { createProbes, probeOf } from './services/probes/probes.ts';
import { createJoining } from './services/bundles/joining.ts';
import { nodeRow } from './services/nodes/nodes.repository.ts';
import { openNodes } from './services/nodes/open-nodes.ts';
import { sampleOf, withoutSample } from './services/nodes/sample.ts';
import { createSteering } from './services/nodes/steering.ts';
import { openPairing, pairingHandlers } from './services/pairing/pairing.service.ts';
import { openPlugins } from './services/plugins/open-plugins.ts';
import { createRepairs } from './services/repairs/repairs.ts';
import { repairHandlers } from './services/repairs/repairs.service.ts';
import { createAttach } from './services/sidecars/attach.ts';
import { scheduleSidecars } from './services/sidecars/schedule.ts';
import { favouritesDue, joinSidecars, previewsWait, sidecarDue, splitSidecar } from './services/sidecars/sidecars.repository.ts';
import { createSidecars } from './services/sidecars/sidecars.ts';
import { openSources } from './services/sources/open-sources.ts';
import { storageHandlers } from './services/storage/storage.service.ts';
import { createStorage } from './services/storage/storage.ts';
import { counted, enterTimeline, HIDDEN, leaveTimeline, nextOrd, refreshTwinsOf, setHidden, setLocalTime } from './services/timeline/counters.repository.ts';
import { localSeconds, monthOf, ratioByte } from './services/timeline/ord.ts';
import { timelineHandlers } from './services/timeline/timeline.service.ts';
import { createTimeline } from './services/timeline/timeline.ts';
import { openMetrics } from './services/metrics/open-metrics.ts';
import { createFirstRun } from './services/users/first-run.ts';
import { isAdmin } from './services/users/sessions.repository.ts';
import { createSessions } from './services/users/sessions.ts';
import { createThrottle } from './services/users/throttle.ts';
import { userHandlers } from './services/users/users.service.ts';
import { createUsers } from './services/users/users.ts';

const BUS_WAIT_MS = 5000;
const ROOT = resolve(fileURLToPath(new URL('../../..', import.meta.url)));
export interface CoordinatorOptions { data: string; state: string; port: number; admin?: { email: string; password: string } | undefined; host?: string; leaseMs?: number; log?: Logger; now?: () => number; uiDist?: string; /** The two folders as people know them. */ shown?: { data: string; state: string }; /** Default: no. */ discovery?: boolean; /** Where the program for other machines is taken from; default: what runs. */ root?: string }

export async function startCoordinator(o: CoordinatorOptions) {
  const log = o.log ?? createLogger('coordinator');
  const now = o.now ?? Date.now;
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  mkdirSync(o.data, { recursive: true });
  const cluster = await openCluster(o.state);
  const db = await Database.open(databaseFile(o.state), 1);
  const marker = await openMarker(db, o.data);
  if (!marker.present()) log.error(`${marker.trouble()}: nothing will be written until this is mended`);
  const room = createRoom(o.data);
  const withRoom = async (): Promise<void> => { marker.require(); (await room.promise(0))(); };
  /** Work that nobody waits for: an error is told and the next time tried again; it never ends the process. */
  const background = (what: string, work: Promise<unknown>): void => void work.catch((err: unknown) => log.error({ err, what }, 'work in the background failed'));
  const exiftool = createExiftool();
  const facts = createFacts({ log, exiftool });

  const live = createLive({ changes: (user, seq, limit) => changesFor(db.sql, user, seq, limit), lastSeq: () => lastSeq(db.sql), firstSeq: () => firstSeq(db.sql), isAdmin: (userId) => isAdmin(db.sql, userId) });
  db.onCommit(() => live.changed());

  // jobs
  const preview = createPreview({ data: o.data, ratioByte, enqueue: insertJob });
  const probes = createProbes({ data: o.data, enqueue: insertJob });
  const ends: Record<JobKind, JobEnd> = { preview: withoutSample(preview.end), probe: probes.end };
  const roster = createRoster({ isLocal: (id) => cluster.workers.some((w) => w.id === id && w.local), now });
  const queue = createQueue({ db, ends, roster, now, onChange: () => live.jobsChanged(), ...(o.leaseMs ? { leaseMs: o.leaseMs } : {}) });
  const rates = createRates({ db, roster, background, now, onChange: () => live.nodesChanged() });
  const gates = createGates({ preview, probes, sampled: (gate) => withSample(gate, preview.look) });
  const joining = createJoining({
    root: o.root ?? ROOT, state: o.state, cluster, port: () => (app.server.address() as AddressInfo).port, log, now,
    onChange: () => live.nodesChanged(), trouble: () => discovery.trouble(), left: (id) => background('a worker that leaves', call('nodes.remove', { id }, { kind: 'system' })),
    subject: (id) => { const row = nodeRow(db.sql, id); return row && { ...row, arch: row.caps?.arch ?? null, local: cluster.workers.some((w) => w.id === id && w.local) }; },
  });
  const work = openNodes({ db, cluster, now, background, log, probe: probes.enqueue, insert: insertJob, within, wakeQueue: queue.wake, forecast: rates.forecast, bar: (id, on) => members.bar(id, on), onChange: () => live.nodesChanged(), parts: { rest: (id) => roster.rest(db.sql, id), kinds: rates.kinds, backlogWithout: rates.backlogWithout, update: (row, local) => joining.updates.state({ ...row, arch: row.caps?.arch ?? null, local }) } });
  const { nodes } = work;
  let discovery = NO_DISCOVERY;
  const { members, pairing } = openPairing({ cluster, db, house: hostname(), now, seen: () => discovery.found(), change: rates.forecastWith, onChange: () => live.nodesChanged() });

  // rules
  const throttle = createThrottle({ max: 20, windowMs: 10 * 60 * 1000, now });
  const libraries = createLibraries({ db, refreshTwinsOf });
  const sessions = createSessions(db, (ids) => live.end(ids));
  const users = createUsers({ db, sessions, throttle, welcome: libraries.welcome, renamed: favouritesDue, log });
  const firstRun = createFirstRun({ db, state: o.state, welcome: libraries.welcome, makeFamily: libraries.makeFamily, log });
  const metrics = openMetrics({ state: o.state, data: o.data, version, db, nodes: nodes.list, refused: work.limits.refused, resolve: sessions.resolve, now });
  const storage = createStorage({ db, data: o.data, shown: o.shown ?? o, marker, derivedBytes: () => folderBytes(join(o.data, DERIVED)) });
  const jobOf = (m: MediaRow): PreviewJob => ({ assetId: m.assetId, fileId: m.uuid, mime: m.mime, bytes: m.bytes, name: m.name });
  const opened = openAssets({
    db, data: o.data, facts, marker, preview, log, wake: queue.wake, ratioByte, sidecarDue, joinSidecars, splitSidecar,
    enter: (sql, id) => enterTimeline(sql, counted(sql, id)!), leave: (sql, id) => leaveTimeline(sql, counted(sql, id)!), hideArchived: (sql, user, id, on) => setHidden(sql, user, counted(sql, id)!, HIDDEN.archived, on),
    setLocalTime: (sql, id, local) => setLocalTime(sql, id, localSeconds(local)),
    position: (sql, takenAtLocal, width, height) => { const at = localSeconds(takenAtLocal); return { ord: nextOrd(sql, at), month: monthOf(at), ratio: ratioByte(width, height) }; },
  });
  const readSidecar = createSidecarReader(exiftool, log);
  const sidecarWriter = createSidecarWriter(exiftool);
  const sidecars = createSidecars({
    db, data: o.data, read: readSidecar, writer: sidecarWriter, log, present: marker.present, setConflicts, busy: () => previewsWait(db.sql), now,
    apply: (sql, id, change, at) => opened.edits.apply(sql, id, change, 'sidecar', at),
  });
  const { assets, arrived, ingest, retry, split, imports: importDoor, external } = opened.with({
    readSidecar: async (path) => (await readSidecar(path))?.facts ?? null, arriving: sidecars.arrived, opened: (id) => background('looking at a sidecar', sidecars.look(id)),
    sidecars: { place: (from, path) => sidecarWriter.place(from, path, null), aside: setAside, kept: sidecars.kept, came: sidecars.came, attach: createAttach(db.sql, sidecars.came) },
  });
  const timeline = createTimeline({ db, wanted: (ids) => background('what is on a screen goes first', wanted(ids)) });
  const wanted = async (ids: number[]): Promise<void> => {
    if (await db.writeSql((sql) => preview.enqueueWaiting(sql, ids))) queue.wake();
    await queue.bump(ids.map(previewKey));
  };

  const later: Call = (name, params, actor) => call(name, params, actor); // nouns that start something by themselves, once the house stands
  const repairs = createRepairs({ db, onChange: () => live.repairsChanged(), now });
  const plugged = await openPlugins({ db, state: o.state, data: o.data, bundled: join(ROOT, 'plugins'), open: openPlugin, isolation: isolationOf, cards: repairs, onChange: () => live.pluginsChanged(), background, log, now });
  const sourced = openSources({ db, plugins: plugged.plugins, hidden: plugged.plugins.hidden, call: later, cards: repairs, onChange: () => live.importsChanged(), background, now });
  const albums = createAlbums({ db, sidecarDue, wanted: (ids) => background('what is on a screen goes first', wanted(ids)) });
  const imported = openImports(importDoors({ db, data: o.data, requireStorage: marker.require, room, log, changed: () => live.importsChanged(), cards: repairs }, { plugins: plugged.plugins, sources: sourced.sources, albums, libraries, assets, ingest, imports: importDoor, stemOf }));

  // services
  const home = homeBroker(log);
  addActions(home, {
    ...userHandlers({ users, sessions, firstRun, version, storageForSetup: storage.forSetup }), ...libraryHandlers(libraries), ...assetHandlers({ assets, ingest, retry, split, tags: createTags({ db, data: o.data, places: opened.places, exiftool, marker }) }), ...timelineHandlers(timeline), ...albumHandlers(albums),
    ...jobHandlers({ db, queue, onRetry: (sql) => { resetFailedPreviews(sql); return preview.enqueueWaiting(sql); } }), ...work.handlers, ...metrics.handlers, ...createSteering({ db, nodes, queue, rates, rename: members.rename, onChange: () => live.nodesChanged(), now }), ...joining.handlers,
    ...pairingHandlers({ pairing, members, gone: async (id) => { await queue.gone(id); roster.forget(id); joining.updates.forget(id); await work.forget(id); } }), ...storageHandlers(storage, version), ...repairHandlers(repairs, later), ...plugged.handlers, ...sourced.handlers, ...imported.handlers,
  });
  await home.start();
  checkWiring(home);
  const call = typedCall(home);

  if (marker.present()) {
    const settled = await settleArrivals({ db, data: o.data, arrived }, log);
    if (settled.finished || settled.dropped || settled.temps) log.warn(settled, 'finished what the last stop interrupted');
  }
  await firstRun.prepare(o.admin);
  /** What was sent for leases that ended in another way than by their worker. */
  const swept = (): void => background('sweeping what nobody looks for', preview.sweep(() => openLeases(db.sql)));
  const tidy = async (): Promise<void> => {
    await queue.reap();
    await queue.prune();
    await sessions.prune();
    await preview.sweep(() => openLeases(db.sql));
    await db.writeSql((sql) => {
      pruneChanges(sql, now());
      preview.enqueueWaiting(sql);
    });
    queue.wake();
  };
  background('tidying at the start', tidy());
  background('trying again what could not be shown', retry.afterUpgrade());

  // http
  const app = await createApp({ resolve: metrics.resolve, version, log: log as never, serverFactory: onePort(cluster) });
  addMetricsRoute(app, metrics);
  addApiRoutes(app, ROUTES, call);
  await addUploadRoute(app, { data: o.data, room, call, mayAdd: ingest.library, requireStorage: marker.require });
  addMediaRoutes(app, { data: o.data, places: opened.places, find: (user, file) => mediaFor(db.sql, user, file), missing: (m) => { if (marker.present()) background('a preview that is gone', db.writeSql((sql) => preview.again(sql, jobOf(m))).then(queue.wake)); } });
  addExportRoute(app, db);
  addImportPartRoutes(app, { run: imported.imports.one, parts: imported.parts, room, requireStorage: marker.require, moved: imported.partMoved });
  addImportReportRoute(app, { db, run: imported.imports.one });
  addWorkerByteRoutes(app, {
    data: o.data, places: opened.places, room, requireStorage: marker.require, secret: cluster.secret, find: (file) => mediaOf(db.sql, file), kindOf: (id) => openJob(db.sql, id)?.kind, probe: (id) => probeOf(openJob(db.sql, id)), sample: (id) => sampleOf(openJob(db.sql, id)), isLive: queue.isLive, now,
  });
  addPluginUploadRoute(app, { inspect: plugged.plugins.inspectTarball });
  addPairingRoutes(app, pairing);
  addJoiningRoutes(app, joining.http);
  live.addRoute(app);
  await addUi(app, o.uiDist ?? join(ROOT, 'ui', 'dist'));
  await app.listen({ host: o.host ?? '0.0.0.0', port: o.port });
  discovery = advertiseHouse(cluster, { wanted: o.discovery ?? false, port: (app.server.address() as AddressInfo).port, onChange: () => live.nodesChanged(), log });

  background('looking after plugins', plugged.settle().then(imported.resume).then(sourced.start));

  // workers
  const wire = { host: '127.0.0.1', natsPort: cluster.natsPort, cert: cluster.cert };
  const mended = members.mend();
  background('making good what nats-server missed', mended);
  await Promise.race([mended.catch(() => undefined), delay(BUS_WAIT_MS, undefined, { ref: false })]); // before the gateway connects: who comes in that moment is turned away
  const gw = netBroker(GATEWAY_NODE, { ...wire, seed: cluster.seeds.gw }, log, work.limits.admit);
  addGateway(gw, nodes, joining.gateway(gatewayHandlers({ queue, nodes, secret: cluster.secret, gates, heldJob: (held) => heldJob(db.sql, held), requireStorage: withRoom, log, now })), log);
  let stopPresence = async (): Promise<void> => undefined;
  // the house opens without its workers; they come when nats-server does
  const bus = gw.start().then(() => watchPresence({ ...wire, seed: cluster.seeds.sys }, {
    opened: work.linked.opened,
    closed: work.linked.closed,
    gone: (nkey, { reason, silent }) => {
      const worker = cluster.workers.find((w) => w.nkey === nkey);
      if (!worker) return;
      background('a worker that went away', nodes.cut(worker.id, { silent }));
      background('taking back jobs', queue.gone(worker.id).then((n) => { if (n) swept(); if (n) log.warn({ worker: worker.id, reason, jobs: n }, 'a worker went away; its jobs are queued again'); }));
    },
    cut: () => {
      work.linked.reset();
      for (const w of cluster.workers) queue.endPolls(w.id); // an open poll would win a job and answer into the void
    },
  })).then((end) => { stopPresence = end; });
  background('reaching nats-server', bus);
  if (!(await Promise.race([bus.then(() => true), delay(BUS_WAIT_MS, false, { ref: false })]))) log.error('nats-server does not answer: workers cannot reach this house until it does');
  const sidecarClock = scheduleSidecars({ sidecars, db, data: o.data, marker, background });
  const reaper = setInterval(() => background('reaping', queue.reap().then((n) => { if (n) swept(); })), 500);
  const hourly = setInterval(() => {
    background('tidying', tidy());
    background('looking at folders outside', external.lookAround());
  }, 3600 * 1000);

  const stop = async (): Promise<void> => {
    clearInterval(reaper);
    clearInterval(hourly);
    await discovery.stop();
    live.stop();
    queue.stop();
    await app.close();
    await sourced.stop();
    await imported.stop();
    await plugged.stop();
    await stopPresence();
    metrics.stop();
    await work.stop();
    await joining.stop();
    await gw.stop();
    await home.stop();
    await retry.stop();
    await sidecarClock.stop();
    await exiftool.close();
    await db.close();
  };
  return { cluster, db, joining, queue, probes, app, home, gw, call, log, version, stop };
}
export type Coordinator = Awaited<ReturnType<typeof startCoordinator>>;

/** Bytes of all files below a folder. */
async function folderBytes(dir: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(dir, { withFileTypes: true, recursive: true }).catch(() => [])) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size;
  }
  return bytes;
}
