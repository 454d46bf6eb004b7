import { Type } from 'typebox';
import { Closed, Empty, Id, Nullable, Ok } from '../models/common.ts';
import { Manifest, PluginId } from '../models/plugin.ts';
import { CheckResult, ImportOptions, ImportSource, PlaceListing } from '../models/source.ts';
import { action } from './define.ts';

const Config = Type.Record(Type.String(), Type.Unknown());
const Fields = { name: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' }), config: Config, libraryId: Id, ownerId: Type.Optional(Id), options: Type.Optional(ImportOptions), schedule: Type.Optional(Nullable(Type.String({ maxLength: 100 }))), watch: Type.Optional(Type.Boolean()) };

export const sources = {
  'sources.kinds': action('import', 'Kinds of source that can be set up: the manifests of enabled import plugins', Empty, Type.Array(Manifest)),
  'sources.list': action('import', 'Sources that are set up (mine; an admin sees all)', Empty, Type.Array(ImportSource)),
  'sources.check': action('import', 'Try a configuration before it is saved', Closed({ pluginId: PluginId, config: Config, sourceId: Type.Optional(Id) }), CheckResult),
  'sources.create': action('import', 'Set up a source', Closed({ pluginId: PluginId, ...Fields }), ImportSource),
  'sources.update': action('import', 'Change a source', Type.Object({ id: Id, ...Type.Partial(Type.Object(Fields)).properties, enabled: Type.Optional(Type.Boolean()) }, { additionalProperties: false }), ImportSource),
  'sources.remove': action('import', 'Forget a source; photos that it brought in stay', Closed({ id: Id }), Ok),
  'sources.browse': action('import', "Folders and files of the house's machine, for choosing a path (admins)", Closed({ path: Type.Optional(Type.String({ maxLength: 4096 })) }), PlaceListing),
};
