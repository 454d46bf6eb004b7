import type { ActionName } from '@mantel/contracts/actions/index.ts';

/**
 * One route of /api/v1: an action behind a URL. Schema and permission come from the action; `:name` parts are taken from its parameters,
 * the rest from the query (GET, DELETE) or the body. Routes that stream bytes are not here but in `http/` (uploads, media, live, worker bytes).
 */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'; url: string; action: ActionName; status?: number;
  /** `login`: few tries per minute and address. */
  limit?: 'login';
  /** `open`: the answer carries a new session, which also becomes the cookie; the action is told browser and address. `close`: the cookie is cleared. */
  session?: 'open' | 'close';
  /** The action is told on which address of this machine the request came in. */
  at?: true;
}
