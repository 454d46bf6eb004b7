// `@mantel/plugin-sdk` resolves for a plugin wherever it lies, to the SDK of this house; and the runner's own imports resolve without links in node_modules. Loaded with --import, before anything else.
import { registerHooks } from 'node:module';

const HOMES: Record<string, URL> = { '@mantel/plugin-sdk': new URL('../../../plugins/sdk/src/', import.meta.url), '@mantel/runtime': new URL('../../runtime/src/', import.meta.url) };

registerHooks({
  resolve(specifier, context, next) {
    for (const [name, home] of Object.entries(HOMES)) {
      if (specifier === name) return next(new URL('index.ts', home).href, context);
      if (specifier.startsWith(`${name}/`) && !specifier.includes('..')) return next(new URL(specifier.slice(name.length + 1), home).href, context);
    }
    return next(specifier, context);
  },
});
