import { Type } from 'typebox';
import { Closed, Empty, Ok } from '../models/common.ts';
import { Plugin, PluginId, PluginOffer } from '../models/plugin.ts';
import { action } from './define.ts';

const One = Closed({ id: PluginId });
const Token = Type.String({ minLength: 10, maxLength: 100 });

export const plugins = {
  'plugins.list': action('admin.plugins', 'Plugins that came with Mantel, and installed ones', Empty, Type.Array(Plugin)),
  'plugins.get': action('admin.plugins', 'One plugin', One, Plugin),
  'plugins.inspect': action('admin.plugins', 'Look at a plugin before it is installed: a folder of this machine, or a name on npm (fetched when asked)', Closed({ origin: Type.Enum(['folder', 'npm']), ref: Type.String({ minLength: 1, maxLength: 4096 }) }), PluginOffer),
  'plugins.install': action('admin.plugins', 'Install what was looked at, beside the version that is there; its sources are migrated. `permissions` must be the ones that were shown', Closed({ token: Token, permissions: Type.Record(Type.String(), Type.Unknown()) }), Plugin),
  'plugins.enable': action('admin.plugins', 'Switch on (also one that crashed too often)', One, Plugin),
  'plugins.disable': action('admin.plugins', 'Switch off: what it runs is stopped and can go on later', One, Plugin),
  'plugins.rollback': action('admin.plugins', 'Bring back the previous version, and the configurations as they were', One, Plugin),
  'plugins.remove': action('admin.plugins', 'Uninstall; photos that it brought in stay', One, Ok),
  'plugins.log': action('admin.plugins', 'The last lines that it wrote', One, Type.Object({ lines: Type.Array(Type.String()) })),
  'plugins.help': action('import', 'Its help page, in Markdown', One, Type.Object({ markdown: Type.String() })),
};
