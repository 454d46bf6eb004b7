import { checkSource } from './conformance/source.ts';
import { checkTagger } from './conformance/tagger.ts';
import { report, type Checks, type ConformanceReport } from './conformance/checks.ts';
import type { ImportSource } from './import-source.ts';
import type { Manifest } from './manifest.ts';
import type { Tagger, TaggerInput, Pixels } from './tagger.ts';
import { wrongManifest } from './valid-manifest.ts';

export type { ConformanceReport } from './conformance/checks.ts';
type Config = Record<string, unknown>;

export interface ConformanceOptions {
  /** `good`: at least one that finds something, in a folder of fixtures. `bad`: with problems that check() must find (a path that is not there). */
  configs: { good: [Config, ...Config[]]; bad?: Config[] };
  /** Everything that lies in the source of the first good configuration (`part` and `path` of each entry), when the test knows it: then nothing may be left out of the report. */
  entries?: { part: string | null; path: string }[];
  /** For each single call, in ms (20 s). */
  timeoutMs?: number;
  /** For taggers: photos to try, with their pixels. */
  photos?: (TaggerInput & { pixels: Pixels })[];
}

/**
 * Tries a plugin as the house would use it, and more impolitely. Run it in the plugin's own tests: `expect((await runConformance(plugin, manifest, { configs })).failed).toEqual([])`.
 * It runs in this process, so it finds mistakes, not malice; the walls are the house's.
 */
export async function runConformance<C>(plugin: ImportSource<C> | Tagger<C>, manifest: unknown, options: ConformanceOptions): Promise<ConformanceReport> {
  const checks: Checks = report(options.timeoutMs ?? 20_000);
  await checks.check('its manifest is one that the house takes', async () => {
    const wrong = wrongManifest(manifest);
    if (wrong.length) throw new Error(wrong.join(' '));
  });
  if ((manifest as Manifest | null)?.kind !== 'tagger') await checkSource(plugin as unknown as ImportSource, options, checks);
  else await checkTagger(plugin as unknown as Tagger, options, checks);
  return checks.end();
}
