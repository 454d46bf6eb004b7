// A set of files goes into a house as an import sends it: through the HTTP API, names kept, sidecars with their photos. What became of each is asked afterwards, by its bytes.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Asset, AssetFile, ExportLine } from '@mantel/contracts/models/asset.ts';
import type { Client } from '../bench/client.ts';
import { isSidecar, photoOf } from './facts.ts';
import type { ManifestFile } from './manifest.ts';

const LIMIT_MS = 600_000;
const IN_FLIGHT = 3;

/** `refused`: the code and sentence of the answer. `failed`: an answer that is nobody's decision. */
export interface Fate { outcome: 'created' | 'duplicate' | 'refused' | 'failed'; said?: string }
export interface Held { asset: Asset; file: AssetFile }
export interface Imported { fates: Map<string, Fate>; held: Map<string, Held>; assets: Asset[] }

const BOUNDARY = 'mantel-eval-5b1d9f7a';
function form(parts: { name: string; filename?: string; bytes: Buffer }[]): Buffer {
  return Buffer.concat([...parts.flatMap(({ name, filename, bytes }) => [
    Buffer.from(`--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"\r\ncontent-type: application/octet-stream`}\r\n\r\n`),
    bytes, Buffer.from('\r\n')]), Buffer.from(`--${BOUNDARY}--\r\n`)]);
}

async function send(client: Client, dir: string, f: ManifestFile, sidecar: ManifestFile | undefined): Promise<Fate> {
  const folder = f.folder ?? path.dirname(f.file);
  const body = form([
    { name: 'device', bytes: Buffer.from('eval') }, ...(folder === '.' ? [] : [{ name: 'folder', bytes: Buffer.from(folder) }]),
    ...(sidecar ? [{ name: 'sidecar', filename: path.basename(sidecar.file), bytes: readFileSync(path.join(dir, sidecar.file)) }] : []),
    { name: 'file', filename: path.basename(f.file), bytes: readFileSync(path.join(dir, f.file)) },
  ]);
  try {
    const { outcome } = JSON.parse((await client.bytes('POST', '/assets', { 'content-type': `multipart/form-data; boundary=${BOUNDARY}`, 'content-length': body.length }, [body])).toString()) as { outcome: 'created' | 'duplicate' };
    return { outcome };
  } catch (e) {
    const [, status, said] = /answered with (\d+): (.*)/s.exec((e as Error).message) ?? [];
    return Number(status) >= 400 && Number(status) < 500 ? { outcome: 'refused', said: said! } : { outcome: 'failed', said: (e as Error).message };
  }
}

async function everything(client: Client): Promise<Asset[]> {
  const lines = (await client.bytes('GET', '/assets/export')).toString().split('\n').filter((l) => l !== '').map((l) => JSON.parse(l) as ExportLine);
  const assets: Asset[] = [];
  for (const { id } of lines) assets.push(await client.json<Asset>('GET', `/assets/${id}`));
  return assets;
}

/** All assets, once none waits for its preview any more; only those that a live event told of are asked again. */
async function settled(client: Client, heard: Set<string>, wake: () => Promise<void>): Promise<Asset[]> {
  for (;;) {
    heard.clear();
    const assets = await everything(client);
    const waiting = new Set(assets.filter((a) => a.preview === 'waiting').map((a) => a.id));
    if (waiting.size === 0) return assets;
    while (waiting.size > 0) {
      const told = [...heard].filter((id) => waiting.has(id));
      heard.clear();
      for (const id of told) {
        const asset = await client.json<Asset>('GET', `/assets/${id}`).catch(() => null); // it became a part of another one
        if (asset?.preview !== 'waiting') waiting.delete(id);
      }
      if (told.length === 0) await wake();
    }
  }
}

/** Returns when every file was answered and no asset waits for its preview. */
export async function importSet(client: Client, dir: string, files: readonly ManifestFile[], progress: (text: string) => void): Promise<Imported> {
  const fates = new Map<string, Fate>();
  const heard = new Set<string>();
  let woken = Promise.withResolvers<void>();
  const live = await client.changes((c) => {
    if (c.kind !== 'asset') return;
    heard.add(c.id);
    woken.resolve();
  });
  try {
    const sidecars = new Map(files.filter(isSidecar).flatMap((s): [ManifestFile, ManifestFile][] => { const p = photoOf(s, files); return p ? [[p, s]] : []; }));
    const withPhoto = new Set(sidecars.values());
    const waiting = files.filter((f) => !withPhoto.has(f));
    const lane = async (): Promise<void> => {
      for (let f = waiting.shift(); f; f = waiting.shift()) {
        const fate = await send(client, dir, f, sidecars.get(f));
        fates.set(f.file, fate);
        const sidecar = sidecars.get(f);
        if (sidecar) fates.set(sidecar.file, fate);
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
    progress(`${fates.size} files sent; waiting for previews`);
    const deadline = Date.now() + LIMIT_MS;
    const assets = await settled(client, heard, async () => {
      if (heard.size > 0) return;
      woken = Promise.withResolvers<void>();
      const limit = setTimeout(() => { woken.reject(new Error(`the previews were not done in ${LIMIT_MS / 1000} s`)); }, Math.max(0, deadline - Date.now()));
      await woken.promise.finally(() => { clearTimeout(limit); });
    });
    return { fates, held: new Map(assets.flatMap((asset) => asset.files.map((file): [string, Held] => [file.sha256, { asset, file }]))), assets };
  } finally {
    live.close();
  }
}
