import { defineImportSource } from '@mantel/plugin-sdk';
import { check } from './check.ts';
import { openEntry } from './open.ts';
import { scan } from './scan.ts';

interface Config { paths: string[] }

/** Exports of Google Photos (takeout.google.com): zip or tgz parts, in any order and also over days, or unpacked folders. */
export default defineImportSource<Config>({
  check: async (config) => check(config.paths),
  scan: (config, ctx) => scan(config.paths, ctx),
  open: (ref, config, ctx) => openEntry(ref, config.paths, ctx),
});
