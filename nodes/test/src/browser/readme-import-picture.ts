// Makes appliance/import.png: `node nodes/test/src/browser/readme-import-picture.ts OUT.png`. A house of its own, an export as Google writes it, full of painted photos, and what the preview says of it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { must, startRig } from '../rig.ts';
import { random } from '../rig/pictures.ts';
import { openBrowser, signIn } from './browser.ts';
import { scene } from './scenes.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const out = process.argv[2] ?? join(ROOT, 'appliance', 'import.png');
const PEOPLE = ['Anna', 'Tom', 'Grandma Rose', 'Leo', 'Mira', 'Uncle Ben'];
const ALBUMS = ['Summer in Lisbon', 'Our garden', 'Wedding of Anna and Tom', 'The first snow', 'Leo learns to walk', 'Weekends by the lake'];

const dir = mkdtempSync(join(tmpdir(), 'mantel-picture-'));
const root = join(dir, 'Takeout', 'Google Photos');
const next = random(11);
const small: Buffer[] = [];
for (let i = 0; i < 12; i++) small.push(await sharp(await scene(next, '2020:05:14 10:00:00')).resize(240).jpeg().toBuffer());
const put = (folder: string, name: string, bytes: Buffer | object): void => {
  mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, folder, name), Buffer.isBuffer(bytes) ? bytes : JSON.stringify(bytes));
};
ALBUMS.forEach((title) => put(title, 'metadata.json', { title, description: '', access: 'protected', date: { timestamp: '1590000000' } }));
for (let year = 2009, n = 0; year <= 2026; year++) {
  for (let i = 0, many = Math.round(60 + next() * 60 + (year - 2008) * 9); i < many; i++, n++) {
    const name = `IMG_${year}${String(n).padStart(5, '0')}.jpg`, bytes = Buffer.concat([small[n % small.length]!, Buffer.from(name)]);
    const facts = {
      title: name, photoTakenTime: { timestamp: String(Date.UTC(year, n % 12, 1 + (n % 27), 10) / 1000) }, geoData: { latitude: 0, longitude: 0, altitude: 0 },
      ...(n % 9 === 0 ? { people: [{ name: PEOPLE[Math.floor(next() ** 2 * PEOPLE.length)]! }] } : {}), ...(n % 31 === 0 ? { favorited: true } : {}), ...(n % 83 === 0 ? { archived: true } : {}),
    };
    put(`Photos from ${year}`, name, bytes);
    put(`Photos from ${year}`, `${name}.supplemental-metadata.json`, facts);
    if (n % 23 !== 0) continue;
    put(ALBUMS[(n / 23) % ALBUMS.length]!, name, bytes);
    put(ALBUMS[(n / 23) % ALBUMS.length]!, `${name}.supplemental-metadata.json`, facts);
  }
}

const rig = await startRig({ uiDist: join(ROOT, 'ui', 'dist') });
const admin = await rig.admin();
const url = `http://127.0.0.1:${rig.port}`;
const run = must(await rig.api('POST', '/imports', { pluginId: 'google-takeout', config: { paths: [dir] } }, { token: admin.token }), 201).json as { id: string };
const watched = await openBrowser(url, { width: 1280, height: 1000 });
await watched.page.goto(`${url}/login`);
await signIn(watched.page, admin);
await watched.page.getByTestId('nav-import').waitFor();
await watched.page.goto(`${url}/import/${run.id}`);
await watched.page.getByTestId('import-start').waitFor({ timeout: 60_000 });
await watched.page.waitForTimeout(500);
await sharp(await watched.page.screenshot()).png({ palette: true, quality: 90, effort: 10 }).toFile(out);
await watched.close();
await rig.stop();
rmSync(dir, { recursive: true, force: true });
