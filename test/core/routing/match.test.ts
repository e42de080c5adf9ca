import { expect, test } from 'vitest';
import { matchRoute, needsModel, type RequestAddress } from '../../../src/core/routing/match.ts';
import type { RouteMatch } from '../../../src/model/route.ts';

const routes: readonly { name: string; match: RouteMatch }[] = [
  { name: 'any', match: {} },
  { name: 'model', match: { model: 'tiny' } },
  { name: 'path', match: { pathPrefix: '/chat' } },
  { name: 'deeper', match: { pathPrefix: '/chat/eu' } },
  { name: 'host', match: { host: 'llm.example' } },
  { name: 'both', match: { host: 'llm.example', pathPrefix: '/chat' } },
];

test.for<{ at: Partial<RequestAddress>; name: string | undefined }>([
  { at: {}, name: 'any' },
  { at: { model: 'tiny' }, name: 'model' },
  { at: { model: 'large' }, name: 'any' },
  { at: { path: '/chat' }, name: 'path' },
  { at: { path: '/chat?x=1' }, name: 'path' },
  { at: { path: '/chat/v1', model: 'tiny' }, name: 'path' },
  { at: { path: '/chatter' }, name: 'any' },
  { at: { path: '/chat/eu/v1' }, name: 'deeper' },
  { at: { host: 'llm.example', path: '/v1' }, name: 'host' },
  { at: { host: 'llm.example', path: '/chat/eu' }, name: 'both' },
  { at: { host: 'other.example' }, name: 'any' },
])('$at goes to $name', ({ at, name }) => {
  const address = { host: undefined, path: '/v1/completions', model: undefined, ...at };
  expect(matchRoute(routes, address)?.name).toBe(name);
});

test('a prefix that ends with a slash covers what is under it and not itself', () => {
  const under = [{ match: { pathPrefix: '/a/' } }];
  const at = (path: string): unknown => matchRoute(under, { host: undefined, path, model: undefined });
  expect(at('/a/b')).toBeDefined();
  expect(at('/a')).toBeUndefined();
});

test('nothing matches when every route wants something else', () => {
  const address = { host: 'x.example', path: '/', model: 'large' };
  expect(matchRoute([{ match: { host: 'y.example' } }, { match: { model: 'tiny' } }], address)).toBeUndefined();
});

test('the body is read for its model only where that tells routes apart', () => {
  expect(needsModel([{ match: { model: 'tiny' } }])).toBe(false);
  expect(needsModel([{ match: {} }, { match: { pathPrefix: '/a' } }])).toBe(false);
  expect(needsModel([{ match: { model: 'tiny' } }, { match: {} }])).toBe(true);
});
