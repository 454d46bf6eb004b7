import { defineImportSource } from '@mantel/plugin-sdk';
import { check } from './check.ts';
import type { Config } from './parts.ts';
import { scan } from './scan.ts';

export default defineImportSource<Config>({ check: (config, ctx) => check(config, ctx.signal), scan });
