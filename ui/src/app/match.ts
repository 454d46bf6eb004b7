/** Route patterns: `/photos/:id?`. Pure, so that it can be tested without a browser. */
export type RouteParams = Record<string, string>;

/** The parameters when `path` fits `pattern`, else null. Trailing slashes do not matter; `:x?` may be missing at the end. */
export function matchPath(pattern: string, path: string): RouteParams | null {
  const want = split(pattern);
  const have = split(path);
  if (have.length > want.length) return null;
  const params: RouteParams = {};
  for (const [i, part] of want.entries()) {
    const value = have[i];
    if (part.startsWith(':')) {
      const optional = part.endsWith('?');
      if (value === undefined) {
        if (optional) continue;
        return null;
      }
      const decoded = decode(value);
      if (decoded === null) return null;
      params[part.slice(1, optional ? -1 : undefined)] = decoded;
    } else if (part !== value) return null;
  }
  return params;
}

export function findRoute<R extends { path: string }>(routes: readonly R[], path: string): { route: R; params: RouteParams } | null {
  for (const route of routes) {
    const params = matchPath(route.path, path);
    if (params) return { route, params };
  }
  return null;
}

/** Only paths of this page may be a target after signing in: anything else would be an open redirect. */
export function safeNext(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) && !/[\u0000-\u001f]/.test(next) ? next : '/photos';
}

const split = (path: string): string[] => path.split('/').filter(Boolean);
function decode(part: string): string | null {
  try { return decodeURIComponent(part); } catch { return null; }
}
