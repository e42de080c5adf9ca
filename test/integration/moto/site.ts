/** An AWS site in an account of its own at moto, behind the proxy; what really is there is asked of moto itself. */
import type { CloudSubject } from '../../../src/testkit/provider/cloud-subject.ts';
import { cloudOf } from '../../providers/aws/support/cloud.ts';
import { clock, type SiteOfEndpoint, siteOfEndpoint } from '../../providers/aws/support/site.ts';
import { type Ec2Proxy, openProxy } from './proxy.ts';
import type { Account, Moto } from './server.ts';

export interface MotoSite extends CloudSubject, SiteOfEndpoint {
  readonly proxy: Ec2Proxy;
  readonly account: Account;
}

export async function makeMotoSite(moto: Moto): Promise<MotoSite> {
  const account = await moto.openAccount();
  const proxy = await openProxy({ moto: moto.url, account: account.id, clock });
  const { moods } = proxy;
  const site = siteOfEndpoint({ clock, endpoint: proxy.url, template: account.template });
  const own = {
    sellOut: ({ machine, zone }: { readonly machine: string; readonly zone?: string | undefined }) =>
      moods.soldOut.add(`${machine} ${zone}`),
    openPriced: () => site.openWith({ settings: { market: ['spot'] } }),
    neverEnd: () => {
      moods.passingMs = Number.POSITIVE_INFINITY;
    },
  };
  const { cloud, closeLinks } = cloudOf({ ...proxy, own }, site);
  // Not spread: the folder of its records may be another one later.
  return Object.assign(site, {
    ...{ proxy, account, cloud },
    killReplica: ({ id }: { readonly id: string }) => account.terminate(id),
    countRunning: async () => (await account.billed()).length,
    async dispose() {
      await closeLinks();
      await proxy.close();
      account.close();
      site.removeFolder();
    },
  });
}
