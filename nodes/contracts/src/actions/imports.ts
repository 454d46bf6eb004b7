import { Type } from 'typebox';
import { Closed, Empty, Id, Nullable } from '../models/common.ts';
import { PluginId } from '../models/plugin.ts';
import { Certificate, EntryOutcome, ImportOptions, ImportRun, RunEntry } from '../models/source.ts';
import { action } from './define.ts';

const One = Closed({ id: Id });

export const imports = {
  'imports.list': action('import', 'Import runs, newest first (mine; an admin sees all)', Empty, Type.Array(ImportRun)),
  'imports.get': action('import', 'One run', One, ImportRun),
  'imports.create': action('import', 'Begin a run: scans, and stops at the preview. Of a source that is set up, or of a configuration; `parts`: names and sizes of files that will be sent from a browser', Closed({
    sourceId: Type.Optional(Id), pluginId: Type.Optional(PluginId), config: Type.Optional(Type.Record(Type.String(), Type.Unknown())), libraryId: Type.Optional(Id), ownerId: Type.Optional(Id), options: Type.Optional(ImportOptions),
    parts: Type.Optional(Type.Array(Closed({ name: Type.String({ minLength: 1, maxLength: 255 }), bytes: Type.Integer({ minimum: 1 }) }), { minItems: 1, maxItems: 1000 })), start: Type.Optional(Type.Boolean({ description: 'Go on after the preview without asking.' })),
  }), ImportRun),
  'imports.options': action('import', 'Change library or options while nothing was written yet', Closed({ id: Id, libraryId: Type.Optional(Id), options: Type.Optional(ImportOptions) }), ImportRun),
  'imports.start': action('import', 'Bring in what the preview shows', One, ImportRun),
  'imports.pause': action('import', 'Stop after the files that are being read', One, ImportRun),
  'imports.resume': action('import', 'Go on; also after a failure', One, ImportRun),
  'imports.cancel': action('import', 'End the run; what came in stays (undo takes it back)', One, ImportRun),
  'imports.undo': action('import', 'Move what this run brought in to the trash, and take back the albums that it made; what somebody else brought in, too, stays', One, ImportRun),
  'imports.retry': action('import', 'Try again what ended as a problem', One, ImportRun),
  'imports.entries': action('import', 'The report, page by page', Closed({ id: Id, outcome: Type.Optional(EntryOutcome), after: Type.Optional(Type.Integer({ minimum: 0 })), limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })), search: Type.Optional(Type.String({ maxLength: 200 })) }), Type.Object({ entries: Type.Array(RunEntry), next: Nullable(Type.Integer()) })),
  'imports.certify': action('import', 'May it be deleted there? Reads and hashes every file again; `copy`: a folder that holds a second copy', Closed({ id: Id, copy: Type.Optional(Type.String({ maxLength: 4096 })) }), ImportRun),
  'imports.certificate': action('import', 'What the last check said', One, Nullable(Certificate)),
};
