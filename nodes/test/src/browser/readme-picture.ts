// Makes appliance/screenshot.png: `node nodes/test/src/browser/readme-picture.ts OUT.png`. A house of its own, painted photos, one look at the timeline.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startRig } from '../rig.ts';
import { random } from '../rig/pictures.ts';
import { openBrowser, signIn } from './browser.ts';
import { scene } from './scenes.ts';

const out = process.argv[2] ?? fileURLToPath(new URL('../../../../appliance/screenshot.png', import.meta.url));
const rig = await startRig({ workers: 1, uiDist: join(fileURLToPath(new URL('../../../..', import.meta.url)), 'ui', 'dist') });
await rig.spawnWorker(0);
const admin = await rig.admin();
const next = random(7);
const two = (n: number): string => String(n).padStart(2, '0');
for (let i = 0; i < 60; i++) {
  const age = i < 34 ? Math.floor(i / 9) : 20 + i * 23; // the last days are full, then the years thin out
  const day = new Date(Date.UTC(2026, 8, 27) - age * 86_400_000);
  const bytes = await scene(next, `${day.getUTCFullYear()}:${two(day.getUTCMonth() + 1)}:${two(day.getUTCDate())} ${two(9 + (i % 9))}:${two((i * 7) % 60)}:00`);
  await rig.upload(admin.token, bytes, `IMG_${4100 + i}.JPG`);
}
for (let left = 1, tries = 0; left > 0 && tries < 600; tries++) {
  const [previews] = (await rig.api('GET', '/jobs', undefined, { token: admin.token })).json as unknown as { queued: number; running: number }[];
  left = previews!.queued + previews!.running;
  await new Promise((resolve) => { setTimeout(resolve, 200); });
}
const watched = await openBrowser(`http://127.0.0.1:${rig.port}`, { width: 1440, height: 900 });
await watched.page.goto(`http://127.0.0.1:${rig.port}/login`);
await signIn(watched.page, admin);
await watched.page.locator('[data-testid=tile] img').first().waitFor();
await watched.page.waitForFunction(`[...document.images].every((i) => i.complete)`);
await watched.page.waitForTimeout(1000); // placeholders fade
await watched.page.screenshot({ path: out });
await watched.close();
await rig.stop();
