// Makes appliance/nodes.png: `node nodes/test/src/browser/readme-nodes-picture.ts OUT.png`. A house of its own with much work, two PCs that do it, one that sleeps, and one that would like to help.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Discovered, Node } from '@mantel/contracts/models/node.ts';
import sharp from 'sharp';
import { must, startRig } from '../rig.ts';
import { node } from '../rig/children.ts';
import { random } from '../rig/pictures.ts';
import { openBrowser, signIn } from './browser.ts';
import { scene } from './scenes.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const out = process.argv[2] ?? join(ROOT, 'appliance', 'nodes.png');
const NAMES = ['Ann’s PC', 'Attic tower', 'Bob’s laptop'];
const PHOTOS = 1500;

const rig = await startRig({ workers: NAMES.length, uiDist: join(ROOT, 'ui', 'dist') });
const admin = await rig.admin();
const api = async <T>(method: string, path: string, body?: object): Promise<T> => must(await rig.api(method, path, body, { token: admin.token }), 200).json as T;
const until = async (what: () => Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 300; tries++) {
    if (await what()) return;
    await sleep(200);
  }
  throw new Error('this does not come to pass');
};
const large = await sharp(await scene(random(9), '2026:05:14 10:00:00')).resize(7600).withMetadata().jpeg({ quality: 82 }).toBuffer();
const uploads = async (from: number, to: number): Promise<void> => { for (let i = from; i < to; i++) must(await rig.upload(admin.token, Buffer.concat([large, Buffer.from(`photo ${i}`)]), `IMG_${4100 + i}.JPG`), 201); };

await uploads(0, 12);
const workers = [];
for (const [i, name] of NAMES.entries()) {
  workers.push(await rig.spawnWorker(i));
  await api('PATCH', `/nodes/${rig.paired(i).id}`, { name });
}
await until(async () => (await api<Node[]>('GET', '/nodes')).every((n) => n.kinds.some((k) => k.kind === 'preview' && k.done > 0)) || (await uploads(12, 18).then(() => false, () => false)));
await workers[2]!.kill('SIGTERM');
await until(async () => (await api<Node[]>('GET', '/nodes')).some((n) => n.state === 'asleep'));
await api('POST', '/jobs/preview/pause');
await uploads(100, PHOTOS);
await api('POST', '/jobs/preview/resume');
rig.keep(node('@mantel/worker/main.ts', { MANTEL_PAIRED: join(rig.dir, 'study', 'paired.json'), MANTEL_NAME: 'Study PC', MANTEL_SLOTS: '4', MANTEL_DISCOVERY: 'off', MANTEL_COORDINATOR: `127.0.0.1:${rig.port}`, TMPDIR: rig.temp }));
await until(async () => (await api<Discovered[]>('GET', '/nodes/discovered')).some((d) => d.change?.after));
const watched = await openBrowser(`http://127.0.0.1:${rig.port}`, { width: 1280, height: 800 });
await watched.page.goto(`http://127.0.0.1:${rig.port}/login`);
await signIn(watched.page, admin);
await watched.page.getByTestId('nav-nodes').click();
await watched.page.getByTestId('discovered').waitFor();
await watched.page.locator('[data-testid=node][data-state=busy]').nth(1).waitFor();
await watched.page.getByRole('meter').nth(3).waitFor();
await watched.page.getByTestId('forecast').waitFor();
await watched.page.waitForTimeout(4000); // bars settle, and both times on the page are asked anew
await sharp(await watched.page.screenshot()).png({ palette: true, quality: 90, effort: 10 }).toFile(out);
await watched.close();
await rig.stop();
