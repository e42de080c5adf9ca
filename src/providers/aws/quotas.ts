/** Service Quotas: what the account may run in the region. Loaded and asked only where a site's settings say so. */
import type { ReadCall } from '../../ports/call.ts';
import type { Clock } from '../../ports/clock.ts';
import { askWithin, type Told } from '../shared/told.ts';
import { awsOutcomeOf } from './outcome.ts';
import type { AwsSettings } from './schema.ts';

export interface Quota {
  readonly name: string;
  readonly limit: number;
}

export interface Quotas {
  /** The account's own, or else the default of all accounts; undefined when there is none of this code. */
  get(code: string, call: ReadCall): Promise<Told<Quota | undefined>>;
  close(): void;
}

/** Longest time from request to answer, in milliseconds: what is asked is only good to know. */
const requestTimeoutMs = 5000;

/** Undefined where the site does not want it asked. */
export async function openQuotas(
  { region, credentials, quotas }: AwsSettings,
  clock: Clock,
): Promise<Quotas | undefined> {
  if (quotas === undefined) return undefined;
  const sdk = await import('@aws-sdk/client-service-quotas');
  const client = new sdk.ServiceQuotasClient({
    region,
    maxAttempts: 1,
    ...(credentials === undefined ? {} : { profile: credentials.profile }),
    ...(quotas === true ? {} : { endpoint: quotas.endpoint }),
    requestHandler: { requestTimeout: requestTimeoutMs, throwOnRequestTimeout: true },
  });
  const ask = <T>(call: ReadCall, send: (abortSignal: AbortSignal) => Promise<T>): Promise<Told<T>> =>
    askWithin(clock, call, { name: 'Service Quotas', outcomeOf: awsOutcomeOf }, send);
  return {
    get: (code, call) =>
      ask(call, async (abortSignal) => {
        const which = { ServiceCode: 'ec2', QuotaCode: code };
        // The account has one of its own only where it was ever changed.
        const applied = await client
          .send(new sdk.GetServiceQuotaCommand(which), { abortSignal })
          .catch(async (error: unknown) => {
            if (!(error instanceof sdk.NoSuchResourceException)) throw error;
            return await client.send(new sdk.GetAWSDefaultServiceQuotaCommand(which), { abortSignal });
          })
          .catch((error: unknown) => {
            if (error instanceof sdk.NoSuchResourceException) return undefined;
            throw error;
          });
        const { QuotaName, Value } = applied?.Quota ?? {};
        return Value === undefined ? undefined : { name: QuotaName ?? code, limit: Value };
      }),
    close: () => client.destroy(),
  };
}
