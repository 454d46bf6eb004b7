import createClient from 'openapi-fetch';
import type { paths } from '../api/schema.d.ts';
import type { ApiErrorBody } from './types.ts';

/** What the server refused, or that it did not answer (`code: 'network'`). `message` is written for people. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly data: Record<string, unknown>;
  constructor(code: string, message: string, status = 0, data: Record<string, unknown> = {}) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.status = status;
    this.data = data;
  }
}

const NETWORK = 'Mantel does not answer. Check the connection and try again.';
let onSignedOut: () => void = () => undefined;
/** The session registers here: any 401 outside the login itself means that the cookie is not valid any more. */
export function whenSignedOut(fn: () => void): void { onSignedOut = fn; }

export const api = createClient<paths>({ baseUrl: '', credentials: 'same-origin' });

/** Await an api call; the data, or an ApiError. */
export async function ask<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  let answer;
  try {
    answer = await call;
  } catch (e) {
    if (e instanceof DOMException && e.name === 'AbortError') throw e;
    throw new ApiError('network', NETWORK);
  }
  if (answer.response.ok) return answer.data as T;
  throw toError(answer.response, answer.error);
}

/** For the routes that are not JSON. */
export async function fetchBytes(url: string, headers: Record<string, string> = {}): Promise<ArrayBuffer> {
  let response;
  try {
    response = await fetch(url, { credentials: 'same-origin', headers });
    if (response.ok) return await response.arrayBuffer();
  } catch (e) {
    if (e instanceof DOMException && e.name === 'AbortError') throw e;
    throw new ApiError('network', NETWORK);
  }
  throw toError(response, await response.json().catch(() => null));
}

export function toError(response: { status: number; headers?: Headers }, body: unknown): ApiError {
  const b = (typeof body === 'object' && body !== null ? body : {}) as Partial<ApiErrorBody>;
  const retry = Number(response.headers?.get('retry-after'));
  const data = { ...b.data, ...(retry > 0 ? { retryAfter: retry } : {}) };
  const error = new ApiError(b.code ?? 'internal', b.message ?? `Mantel answered with an error (${response.status}). Try again in a moment.`, response.status, data);
  if (error.code === 'unauthenticated') onSignedOut();
  return error;
}

export const messageOf = (e: unknown): string => (e instanceof Error ? e.message : String(e));
export const isAbort = (e: unknown): boolean => e instanceof DOMException && e.name === 'AbortError';
