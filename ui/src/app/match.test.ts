import { describe, expect, test } from 'vitest';
import { findRoute, matchPath, safeNext } from './match.ts';

describe('matchPath', () => {
  test('fixed, required and optional parts', () => {
    expect(matchPath('/photos/:id?', '/photos')).toEqual({});
    expect(matchPath('/photos/:id?', '/photos/')).toEqual({});
    expect(matchPath('/photos/:id?', '/photos/a%20b')).toEqual({ id: 'a b' });
    expect(matchPath('/photos/:id?', '/photos/a/b')).toBeNull();
    expect(matchPath('/users/:id', '/users')).toBeNull();
    expect(matchPath('/users', '/photos')).toBeNull();
    expect(matchPath('/', '/')).toEqual({});
    expect(matchPath('/', '/x')).toBeNull();
  });
  test('a broken percent code is no match, not an exception', () => {
    expect(matchPath('/photos/:id', '/photos/%E0%A4%A')).toBeNull();
  });
});

test('findRoute takes the first that fits', () => {
  const routes = [{ path: '/a/b', n: 1 }, { path: '/a/:x', n: 2 }];
  expect(findRoute(routes, '/a/b')?.route.n).toBe(1);
  expect(findRoute(routes, '/a/c')).toEqual({ route: routes[1], params: { x: 'c' } });
  expect(findRoute(routes, '/z')).toBeNull();
});

test.each([['/trash', '/trash'], ['/photos/1?x=2', '/photos/1?x=2'], ['//evil.example', '/photos'], ['/\\evil.example', '/photos'], ['https://evil.example', '/photos'], ['/\tx', '/photos'], [null, '/photos']])('safeNext(%j) is %j', (next, want) => {
  expect(safeNext(next)).toBe(want);
});
