import { expect, test } from 'vitest';
import { nameOfOffer } from '../../../src/model/offer.ts';
import {
  filterFor,
  insertRequest,
  metadataWith,
  nameOf,
  offersOf,
  ownLabels,
  requestIdOf,
  roundOf,
  templatePlaceOf,
} from '../../../src/providers/gcp/request.ts';
import { gcpSettings } from '../../../src/providers/gcp/schema.ts';

const settings = gcpSettings.parse({
  project: 'inference-prod',
  region: 'europe-west4',
  zones: ['europe-west4-a', 'europe-west4-b'],
  machines: ['a3-highgpu-8g', 'a2-ultragpu-8g'],
  market: ['reserved', 'on-demand', 'spot'],
  launch: { instanceTemplate: 'vllm-h100-v18', reservation: 'h100-block' },
});

const owner = { site: 'netherlands', deployment: 'chat', slot: 2, startKey: 'op-7/1/2' };
const labels = ownLabels(owner, 4) ?? {};

test('offers go through the zones of a type, the types of a market, then the next market', () => {
  expect(offersOf(settings).slice(0, 5).map(nameOfOffer)).toEqual([
    'a3-highgpu-8g europe-west4-a reserved h100-block',
    'a3-highgpu-8g europe-west4-b reserved h100-block',
    'a2-ultragpu-8g europe-west4-a reserved h100-block',
    'a2-ultragpu-8g europe-west4-b reserved h100-block',
    'a3-highgpu-8g europe-west4-a on-demand',
  ]);
  const { market: _, ...plain } = settings;
  expect(offersOf(plain).map(({ market }) => market)).toEqual(Array(4).fill('on-demand'));
  expect(new Set(offersOf(settings).map(({ family }) => family))).toEqual(new Set(['a3-highgpu', 'a2-ultragpu']));
});

test('a name is one for each key, slot and site, and such as the API takes', () => {
  const owners = [
    owner,
    { ...owner, startKey: 'op-8/1/2' },
    { ...owner, slot: 3 },
    { ...owner, site: 'iowa' },
    { ...owner, deployment: 'Chat_70B with a very long name of all things' },
  ];
  const names = owners.map(nameOf);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/);
  expect(nameOf({ ...owner })).toBe(names[0]);
});

test('a request id is a UUID, never zero, and one for each key, slot, offer and round', () => {
  const owners = [owner, { ...owner, startKey: 'op-8/1/2' }, { ...owner, slot: 3 }, { ...owner, site: 'iowa' }];
  const ids = owners.flatMap((each) =>
    offersOf(settings).flatMap((offer) => [0, 1].map((round) => requestIdOf(each, offer, round))),
  );
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const [offer, other] = offersOf(settings);
  if (offer === undefined || other === undefined) throw new Error('no offers');
  expect(requestIdOf({ ...owner }, { ...offer }, 0)).toBe(ids[0]);
  expect([0, 5].map((round) => roundOf(owner, offer, requestIdOf(owner, offer, round)))).toEqual([0, 5]);
  expect(roundOf(owner, offer, requestIdOf(owner, other, 0))).toBeUndefined();
});

test('a request names template, type and market, and is labelled from the start', () => {
  const [zone, requestId] = ['europe-west4-a', '8a6e0804-2bd0-8672-b79d-d97027f9071a'];
  const resources = offersOf(settings)
    .filter((offer) => offer.zone === zone && offer.machine === 'a3-highgpu-8g')
    .map((offer) => insertRequest(settings, owner, { offer: { ...offer, zone }, requestId, labels }));
  const common = { name: nameOf(owner), machineType: 'zones/europe-west4-a/machineTypes/a3-highgpu-8g', labels };
  expect(resources.map(({ instanceResource }) => instanceResource)).toEqual([
    {
      ...common,
      reservationAffinity: {
        consumeReservationType: 'SPECIFIC_RESERVATION',
        key: 'compute.googleapis.com/reservation-name',
        values: ['h100-block'],
      },
    },
    common,
    {
      ...common,
      scheduling: {
        provisioningModel: 'SPOT',
        preemptible: true,
        automaticRestart: false,
        onHostMaintenance: 'TERMINATE',
      },
    },
  ]);
  expect(resources[0]).toMatchObject({
    zone,
    requestId,
    sourceInstanceTemplate: 'global/instanceTemplates/vllm-h100-v18',
  });
  const shared = { instanceTemplate: 'projects/images-prod/global/instanceTemplates/vllm' };
  const [offer] = offersOf(settings);
  if (offer === undefined) throw new Error('no offer');
  expect(
    insertRequest({ ...settings, launch: shared }, owner, { offer: { ...offer, zone }, requestId, labels }),
  ).toMatchObject({ sourceInstanceTemplate: shared.instanceTemplate });
});

test('a filter names the labels that are on the machine', () => {
  expect(filterFor('chat', 'Netherlands')).toBe(
    '(labels.godwit-deployment = "chat") (labels.godwit-site = "_4eetherlands")',
  );
});

test.for([
  ['vllm', undefined, undefined],
  ['global/instanceTemplates/vllm', undefined, undefined],
  ['projects/images-prod/global/instanceTemplates/vllm', 'images-prod', undefined],
  ['regions/europe-west4/instanceTemplates/vllm', undefined, 'europe-west4'],
  [
    'https://www.googleapis.com/compute/v1/projects/images-prod/regions/europe-west4/instanceTemplates/vllm',
    'images-prod',
    'europe-west4',
  ],
] as const)('the template %s is in project %s and region %s', ([instanceTemplate, project, region]) => {
  expect(templatePlaceOf({ launch: { instanceTemplate } })).toEqual({ project, region, name: 'vllm' });
});

test('what a template says about its machines stays, but for the script they start with', () => {
  const items = [
    { key: 'enable-oslogin', value: 'TRUE' },
    { key: 'startup-script', value: 'echo old' },
  ];
  expect(metadataWith('echo new', { properties: { metadata: { items } } })).toEqual([
    { key: 'enable-oslogin', value: 'TRUE' },
    { key: 'startup-script', value: 'echo new' },
  ]);
  expect(metadataWith('echo new', {})).toEqual([{ key: 'startup-script', value: 'echo new' }]);
});
