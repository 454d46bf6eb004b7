import { constants } from 'node:fs';
import { lstat, open, unlink } from 'node:fs/promises';
import { defineImportSource } from '@mantel/plugin-sdk';
import { check } from './check.ts';
import { rootsOf, type Config, within } from './config.ts';
import { readRef } from './ref.ts';
import { scan } from './scan.ts';
import { watch } from './watch.ts';

/** The file that was found, in one of the folders, and not another one in its place. */
async function mine(ref: string, config: Config): Promise<Buffer> {
  const { disk, bytes, modifiedAt } = readRef(ref);
  const { roots } = await rootsOf(config.paths);
  if (!(await within(disk, roots))) throw new Error('This file does not lie in the folders of this source.');
  const now = await lstat(disk);
  if (now.size !== bytes || Math.floor(now.mtimeMs) !== modifiedAt) throw new Error('The file changed after it was found. The next run takes it as it is then.');
  return disk;
}

export default defineImportSource<Config>({
  check: (config, ctx) => check(config, ctx.signal),
  scan: (config, ctx) => scan(config, ctx.signal),
  watch: (config, ctx) => watch(config, ctx),
  async *open(ref, config, ctx) {
    const file = await open(await mine(ref, config), constants.O_RDONLY | constants.O_NOFOLLOW);
    yield* file.createReadStream({ highWaterMark: 256 << 10, signal: ctx.signal }) as AsyncIterable<Buffer>;
  },
  async remove(ref, config) {
    await unlink(await mine(ref, config));
  },
});
