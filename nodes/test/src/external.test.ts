import { existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Asset, ExportLine } from '@mantel/contracts/models/asset.ts';
import type { ImportRun } from '@mantel/contracts/models/source.ts';
import { must, type Rig, startRig } from './rig.ts';

let rig: Rig;
beforeAll(async () => { rig = await startRig({ workers: 1 }); }, 120_000);
afterAll(() => rig?.stop());

test('photos that stay where they are: found by an import, shown with a preview, sent with ranges, and nothing is written beside them', async () => {
  const { token } = await rig.admin();
  const folder = join(rig.dir, 'old disk');
  mkdirSync(join(folder, '2019'), { recursive: true });
  const path = join(folder, '2019', 'IMG_1.jpg');
  const bytes = await sharp({ create: { width: 400, height: 300, channels: 3, background: '#8ac' } }).withExif({ IFD2: { DateTimeOriginal: '2019:08:12 10:11:12' } }).jpeg().toBuffer();
  writeFileSync(path, bytes, { mode: 0o444 });
  const lying = (): string[] => (readdirSync(folder, { recursive: true }) as string[]).map((p) => `${p} ${statSync(join(folder, p)).mtimeMs}`).toSorted();
  const before = lying();
  const until = async <T>(what: () => Promise<T | undefined>): Promise<T> => {
    for (let n = 0; n < 1200; n++) {
      const found = await what();
      if (found !== undefined) return found;
      await new Promise((resolve) => { setTimeout(resolve, 50); });
    }
    throw new Error('it took too long');
  };
  const get = (url: string, headers: Record<string, string> = {}) => rig.api('GET', url, undefined, { token, headers });

  const { id } = must(await rig.api('POST', '/imports', { pluginId: 'folder', config: { paths: [folder] }, options: { mode: 'index' }, start: true }, { token }), 201).json as unknown as ImportRun;
  const run = await until(async () => {
    const now = must(await get(`/imports/${id}`), 200).json as unknown as ImportRun;
    return now.state === 'done' || now.state === 'failed' ? now : undefined;
  });
  expect([run.state, run.trouble, run.counts]).toEqual(['done', null, { imported: 1 }]);
  const line = JSON.parse(must(await get('/assets/export'), 200).bytes.toString().trim()) as ExportLine;
  expect(line).toMatchObject({ path, library: 'old disk', takenAtLocal: '2019-08-12T10:11:12' });

  await rig.spawnWorker(0);
  const asset = await until(async () => {
    const now = must(await get(`/assets/${line.id}`), 200).json as unknown as Asset;
    return now.preview === 'ready' ? now : undefined;
  });
  expect(must(await get(`/files/${asset.fileId}/thumb/${asset.version}`), 200).headers['content-type']).toBe('image/webp');
  expect(must(await get(`/files/${asset.fileId}/original`), 200).bytes.equals(bytes)).toBe(true);
  expect(must(await get(`/files/${asset.fileId}/original`, { range: 'bytes=2-9' }), 206).bytes.equals(bytes.subarray(2, 10))).toBe(true);
  must(await rig.api('PATCH', `/assets/${line.id}`, { title: 'from the old disk' }, { token }), 200);
  await until(async () => (existsSync(join(rig.data, 'library', '.mantel', 'external', asset.libraryId, '2019', 'IMG_1.jpg.xmp')) ? true : undefined));
  expect(lying()).toEqual(before);

  rmSync(path, { force: true });
  expect(must(await get(`/files/${asset.fileId}/original`), 404).json.message).toMatch(/not where it was/);
  symlinkSync('/etc/hostname', path);
  must(await get(`/files/${asset.fileId}/original`), 404);
});
