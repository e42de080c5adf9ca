import { afterEach, expect, test } from 'vitest';
import { type AwsSite, makeAwsSite } from './support/site.ts';

let site: AwsSite | undefined;
afterEach(async () => {
  await site?.dispose();
  site = undefined;
});

test.for([
  { name: 'the SDK’s own chain', settings: {}, account: 'aws:default' },
  { name: 'a profile', settings: { credentials: { profile: 'prod' } }, account: 'aws:profile/prod' },
  {
    name: 'a profile that is called default, which the chain need not take',
    settings: { credentials: { profile: 'default' } },
    account: 'aws:profile/default',
  },
])('sites are of one account by where their credentials come from: $name', async ({ settings, account }) => {
  site = await makeAwsSite();
  const provider = await site.openWith({ settings });
  expect(provider.account).toBe(account);
  await provider.close();
});
