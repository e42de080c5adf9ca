import { expect, test } from 'vitest';
import { type PinWish, pinAtGateway, releasePins } from '../../src/engine/pin.ts';
import type { PinRequest, PinSight } from '../../src/model/pin.ts';
import type { ManualDriver } from '../../src/ports/traffic-driver.ts';
import { ana, pin } from '../core/support/pins.ts';
import { openStepWorld } from './support/step-world.ts';

const before = { left: 0, right: 100 };
const wish = { deployment: 'chat', reason: 'looks odd', forMs: 1000 };

async function open(sight: Partial<PinSight> | undefined) {
  const { process, clock } = await openStepWorld();
  const asked: PinRequest[] = [];
  const driver: Pick<ManualDriver, 'pins' | 'pin' | 'release'> = {
    pins: async () =>
      sight === undefined
        ? { kind: 'unknown', error: { class: 'transient', code: 'GatewayAbsent', message: 'gone' } }
        : {
            kind: 'seen',
            asOfMs: 0,
            value: { pins: [], standing: [], weights: undefined, before: undefined, ...sight },
          },
    pin: async (request) => {
      asked.push(request);
      return { kind: 'done', value: pin({ kind: request.kind }) };
    },
    release: async () => ({ kind: 'done', value: { released: [4, 5] } }),
  };
  const deps = { traffic: { ...process.deps.traffic, ...driver }, clock, actor: ana };
  return { deps, plain: { ...deps, traffic: process.deps.traffic }, asked };
}

test('a return goes back to the weights that the gateway had before', async () => {
  const { deps, asked } = await open({ before });
  expect(await pinAtGateway(deps, { ...wish, kind: 'return' })).toMatchObject({ kind: 'done' });
  expect(asked).toEqual([{ ...wish, kind: 'return', by: ana, weights: before }]);
});

test('a return that says where to asks the gateway for nothing else', async () => {
  const { deps, asked } = await open({ before });
  const weights = { left: 50, right: 50 };
  expect(await pinAtGateway(deps, { ...wish, kind: 'return', weights })).toMatchObject({ kind: 'done' });
  expect(asked).toEqual([{ ...wish, kind: 'return', by: ana, weights }]);
});

test.for([
  { name: 'has had no others', sight: {}, code: 'NothingBefore' },
  { name: 'cannot be read', sight: undefined, code: 'GatewayAbsent' },
])('a return is refused by a gateway that $name: nothing is pinned', async ({ sight, code }) => {
  const { deps, asked } = await open(sight);
  expect(await pinAtGateway(deps, { ...wish, kind: 'return' })).toMatchObject({ kind: 'refused', error: { code } });
  expect(asked).toEqual([]);
});

test.for(['pause', 'hold'] as const)('a %s asks for no weights', async (kind) => {
  const { deps, asked } = await open(undefined);
  const said: PinWish = { ...wish, kind };
  expect(await pinAtGateway(deps, said)).toMatchObject({ kind: 'done', value: { kind } });
  expect(asked).toEqual([{ ...said, by: ana, weights: undefined }]);
});

test('letting go tells what was let go; a driver without pins has none, and keeps none', async () => {
  const { deps, plain } = await open({});
  expect(await releasePins(deps, wish)).toEqual({ kind: 'done', value: [4, 5] });
  expect(await releasePins(plain, wish)).toEqual({ kind: 'done', value: [] });
  expect(await pinAtGateway(plain, { ...wish, kind: 'pause' })).toMatchObject({
    kind: 'refused',
    error: { code: 'NoPins' },
  });
});
