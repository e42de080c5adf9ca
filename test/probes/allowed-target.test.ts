import { expect, test } from 'vitest';
import { lookupAllowed, refuseAddresses, refuseTarget } from '../../src/probes/allowed-target.ts';

test.for([
  'http://169.254.169.254/latest/meta-data',
  'http://169.254.170.2/',
  'http://0251.0376.0251.0376/',
  'http://2852039166/',
  'http://0xa9fea9fe/',
  'http://0.0.0.0:8000/',
  'http://0/',
  'http://168.63.129.16/',
  'http://100.100.100.200/',
  'http://[fe80::1]/',
  'http://[febf::1]/',
  'http://[fd00:ec2::254]/',
  'http://[::ffff:169.254.169.254]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::]/',
  'http://metadata.google.internal/',
  'http://METADATA.google.internal./',
  'http://user@127.0.0.1/',
  'http://:secret@127.0.0.1/',
  'ftp://127.0.0.1/',
  'file:///etc/passwd',
])('%s is refused', (url) => {
  expect(refuseTarget(new URL(url))).toEqual(expect.any(String));
});

test.for([
  'http://127.0.0.1:9100',
  'https://[::1]:9100',
  'http://10.0.0.7',
  'http://169.253.0.1',
  'http://[fec0::1]',
  'http://model.example',
])('%s is allowed', (url) => {
  expect(refuseTarget(new URL(url))).toBeUndefined();
});

test('a name of which one address is forbidden is refused', () => {
  expect(refuseAddresses([{ address: '10.0.0.1' }])).toBeUndefined();
  const refused = refuseAddresses([{ address: '10.0.0.1' }, { address: '169.254.169.254' }]);
  expect(refused).toMatchObject({ code: 'TargetForbidden', message: '169.254.169.254 is never probed' });
});

test('a name is resolved to what the socket connects to, one address or all of them', async () => {
  const ask = (all: boolean): Promise<unknown> =>
    new Promise((resolve) => lookupAllowed('localhost', { all }, (error, address) => resolve(error ?? address)));
  expect(await ask(false)).toMatch(/^(127\.0\.0\.1|::1)$/);
  expect(await ask(true)).toEqual(expect.arrayContaining([expect.objectContaining({ address: expect.any(String) })]));
});
