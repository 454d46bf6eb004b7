/**
 * The one table of error codes. `message` says what happened and what to do; a thrower may replace it with a more exact sentence.
 * `status` is the HTTP status. Compare codes, never classes: a class does not survive a process border.
 */
export const ERRORS = {
  bad_request: { status: 400, message: 'The request is not complete or not well formed.' },
  bad_name: { status: 400, message: 'This name cannot be used for a file. Rename it and send it again.' },
  unsupported_type: { status: 415, message: 'This is not a photo or video that Mantel can keep. Nothing was stored.' },
  bad_sidecar: { status: 422, message: 'This sidecar (XMP) cannot be read. Nothing was stored; save it again with the program that made it.' },
  no_photo: { status: 422, message: 'A sidecar needs its photo, and none that you brought in has this name. Nothing was stored; send it together with its photo.' },
  empty_file: { status: 422, message: 'This file is empty. Nothing was stored; copy it again from where it came from.' },
  checksum_mismatch: { status: 422, message: 'The file arrived damaged. Nothing was stored; send it again.' },
  length_required: { status: 411, message: 'Say how long the body is (Content-Length).' },
  too_large: { status: 413, message: 'This is larger than allowed.' },
  incomplete: { status: 400, message: 'The transfer ended too early. Nothing was stored; send it again.' },
  unauthenticated: { status: 401, message: 'Sign in to continue.' },
  bad_credentials: { status: 401, message: 'E-mail or password is wrong.' },
  forbidden: { status: 403, message: 'You do not have the right to do this.' },
  foreign_origin: { status: 403, message: 'This request came from another web site and was refused.' },
  bad_setup_code: { status: 403, message: 'This first-run code is wrong. Open the address that scripts/start printed.' },
  setup_done: { status: 409, message: 'Mantel is already set up. Sign in instead.' },
  account_disabled: { status: 403, message: 'This account is switched off. Ask the person who runs this Mantel.' },
  not_found: { status: 404, message: 'There is nothing here, or you may not see it.' },
  conflict: { status: 409, message: 'This is in conflict with what is there already.' },
  email_taken: { status: 409, message: 'Somebody with this e-mail address exists already.' },
  last_admin: { status: 409, message: 'At least one person must be able to run this Mantel. Make somebody else an admin first.' },
  weak_password: { status: 400, message: 'Use a password of at least 8 characters.' },
  rate_limited: { status: 429, message: 'Too many tries. Wait a minute and try again.' },
  signature_bad: { status: 403, message: 'This address was not made by this Mantel.' },
  signature_expired: { status: 410, message: 'This address is no longer valid.' },
  pairing_closed: { status: 409, message: 'Pairing is not open for this computer. Press Add in Admin → Nodes, then try again.' },
  bad_pairing_signature: { status: 403, message: 'This was not signed by that computer for this house: its key is another one, or somebody is in the middle.' },
  wrong_code: { status: 409, message: 'This is not the code that this house computed, so nothing was agreed. That computer will show a new code; if the two differ again, somebody may be in the middle.' },
  own_worker: { status: 409, message: "This is the worker of the house's own machine; it cannot be removed. Pause it if it shall not work." },
  too_many_workers: { status: 409, message: 'This house has as many workers as it can serve. Remove one first.' },
  lease_lost: { status: 409, message: 'This job belongs to another worker by now.' },
  unknown_worker: { status: 403, message: 'This worker is not known here.' },
  bad_result: { status: 422, message: 'The result of this job is not usable.' },
  bundle_unasked: { status: 409, message: 'The program for this kind of machine is not prepared. Prepare it in Admin → Nodes → Add a PC.' },
  bundle_failed: { status: 503, message: 'The program for other machines could not be made.' },
  storage_missing: { status: 503, message: 'The disk with the photos is not there. Nothing was written. Connect it again and restart Mantel.' },
  storage_full: { status: 507, message: 'The disk is full. Nothing was stored; make room and send it again.' },
  plugin_invalid: { status: 422, message: 'This is not a plugin that Mantel understands.' },
  plugin_unsupported: { status: 422, message: 'This plugin was made for another version of Mantel. Update Mantel, or ask its author for a version that fits.' },
  plugin_failed: { status: 502, message: 'The plugin failed. Its log says more (Admin → Plugins).' },
  plugin_off: { status: 409, message: 'This plugin is switched off. Switch it on in Admin → Plugins.' },
  source_invalid: { status: 422, message: 'This source is not set up completely.' },
  run_state: { status: 409, message: 'The import is in another state by now. Load the page again.' },
  damaged_entry: { status: 422, message: 'This file is damaged where it lies. Fetch it, or its archive, again.' },
  undecodable: { status: 422, message: 'This picture cannot be decoded.' },
  encrypted: { status: 422, message: 'This file is encrypted. Open it in the program that encrypted it, and send a readable copy.' },
  timeout: { status: 504, message: 'This took too long and was given up.' },
  internal: { status: 500, message: 'Something went wrong inside Mantel. Your photos are safe; the details are in the log.' },
} as const satisfies Record<string, { status: number; message: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** What every layer throws. `data` is shown to the client: no secrets, no paths. */
export class MantelError extends Error {
  readonly type: ErrorCode;
  readonly status: number;
  readonly data: Record<string, unknown> | undefined;
  constructor(type: ErrorCode, message?: string, data?: Record<string, unknown>) {
    super(message ?? ERRORS[type].message);
    this.name = 'MantelError';
    this.type = type;
    this.status = ERRORS[type].status;
    this.data = data;
  }
}

/** The code of any error, also of one that lost its class on the wire. */
export function errorCode(e: unknown): ErrorCode {
  const type = (e as { type?: unknown } | null)?.type;
  return typeof type === 'string' && Object.hasOwn(ERRORS, type) ? (type as ErrorCode) : 'internal';
}
