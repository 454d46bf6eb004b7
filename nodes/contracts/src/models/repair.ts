import { Type, type Static } from 'typebox';
import { Time } from './common.ts';

/** A problem card. `kind` names what is wrong (the dashboard has words for each), `about` what it is about; the same problem about the same thing is one card. `fix`: what its button does, null where only a person can. */
export const REPAIR_KINDS = ['plugin_crashed', 'plugin_files_changed', 'plugin_unsupported', 'source_failed', 'import_stopped', 'not_isolated'] as const;
export const Repair = Type.Object({ id: Type.String(), kind: Type.Enum([...REPAIR_KINDS]), about: Type.String(), text: Type.String({ description: 'What happened and what to do.' }), fix: Type.Union([Type.String(), Type.Null()]), at: Time, times: Type.Integer() });
export type Repair = Static<typeof Repair>;
export type RepairKind = (typeof REPAIR_KINDS)[number];
