import type { Handlers } from '../adapter.ts';
import type { Plugins } from './plugins.ts';

export const pluginHandlers = (plugins: Plugins): Handlers => ({
  'plugins.list': () => plugins.list(),
  'plugins.get': ({ id }) => plugins.get(id),
  'plugins.inspect': ({ origin, ref }) => plugins.inspect(origin, ref),
  'plugins.install': ({ token, permissions }) => plugins.install(token, permissions),
  'plugins.enable': ({ id }) => plugins.enable(id),
  'plugins.disable': ({ id }) => plugins.disable(id),
  'plugins.rollback': ({ id }) => plugins.rollback(id),
  'plugins.remove': async ({ id }) => {
    await plugins.remove(id);
    return { ok: true };
  },
  'plugins.log': ({ id }) => ({ lines: plugins.log(id) }),
  'plugins.help': async ({ id }) => ({ markdown: await plugins.help(id) }),
});
