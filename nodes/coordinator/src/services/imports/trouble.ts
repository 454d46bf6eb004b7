import { errorCode, ERRORS, MantelError } from '@mantel/contracts/errors.ts';
import type { EntryReason } from '@mantel/contracts/models/source.ts';

/** Ends the run, not the item: the item stays pending. `paused`: nothing is wrong with the source. */
export class RunStop extends Error {
  readonly state: 'paused' | 'failed';
  /** Whoever reads a stream takes an error without a code for a line that broke. */
  readonly code = 'RUN_STOP';
  constructor(state: 'paused' | 'failed', message: string) {
    super(message);
    this.name = 'RunStop';
    this.state = state;
  }
}
/** The plugin ended while it gave bytes: perhaps not because of this file. */
export class PluginEnded extends MantelError {
  constructor(message: string) { super('plugin_failed', message); }
}
export interface Trouble { reason: EntryReason; detail: string }

const REASON: Partial<Record<ReturnType<typeof errorCode>, EntryReason>> = {
  unsupported_type: 'not-a-photo', empty_file: 'empty', checksum_mismatch: 'damaged', incomplete: 'damaged', damaged_entry: 'damaged', undecodable: 'damaged', encrypted: 'encrypted', too_large: 'too-large', bad_name: 'unsafe-path',
};
const PAUSES = new Set(['storage_full', 'storage_missing']);

/** Of a run, not of one file that was sent. */
const FULL = 'The disk is full. What came in is safe. Make room, then let it go on.';

/** What an error means for one file. Throws what is no matter of the file: a full disk, a missing one, a plugin that is switched off, a run that was stopped. */
export function fileTrouble(e: unknown, signal: AbortSignal): Trouble {
  if (signal.aborted) throw signal.reason;
  if (e instanceof RunStop) throw e;
  const code = errorCode(e);
  const message = e instanceof MantelError ? e.message : ERRORS[code].message;
  if (code === 'storage_full') throw new RunStop('paused', FULL);
  if (PAUSES.has(code)) throw new RunStop('paused', message);
  if (code === 'plugin_off') throw new RunStop('paused', message);
  return { reason: REASON[code] ?? 'unreadable', detail: message.replace(/ ?Nothing was stored[^.]*\./g, '').trim().slice(0, 1000) };
}
