/** What the subjects of all clouds do alike: faults in the call that a method is about, and sessions that die. */
import type { ErrorClass } from '../../../src/model/provider-error.ts';
import type { Provider } from '../../../src/ports/provider.ts';
import type { CloudHooks, ProviderMethod } from '../../../src/testkit/provider/cloud-subject.ts';
import { type MortalLink, openMortalLink } from '../../fakes/mortal-link.ts';

/** What a fake can answer, by what it means. */
export type Answers<A> = Partial<Record<ErrorClass, A>>;

/** The call each method is about, and the answers it can have there beside those that any call can have. */
export type Troubles<A> = Readonly<
  Partial<Record<ProviderMethod, { readonly action: string; readonly own: Answers<A> }>>
>;

/** What is of one cloud alone. */
export type OwnHooks = Omit<CloudHooks, 'calls' | 'refuse' | 'silence' | 'loseReply' | 'openDoomed'>;

export interface CloudTerms<A> {
  readonly calls: CloudHooks['calls'];
  readonly url: string;
  fault(fault: {
    readonly action: string;
    readonly when: 'before' | 'after';
    readonly answer: A | 'drop' | 'hang';
    readonly times: number;
  }): () => void;
  readonly troubles: Troubles<A>;
  /** Answers that any call can have. */
  readonly anywhere: Answers<A>;
  readonly own: OwnHooks;
  /** What is on record now is what sessions opened later find. */
  park(): void;
  /** A session that finds its cloud at this address. */
  openAt(endpoint: string): Promise<Provider>;
}

export function cloudHooks<A>({ calls, url, fault, troubles, anywhere, own, park, openAt }: CloudTerms<A>): {
  readonly cloud: CloudHooks;
  closeLinks(): Promise<void>;
} {
  const links: MortalLink[] = [];
  const troubled = (method: ProviderMethod) => {
    const found = troubles[method];
    if (found === undefined) throw new Error(`no call of ${method} is known`);
    return found;
  };
  const always = (method: ProviderMethod, when: 'before' | 'after', answer: A | 'drop' | 'hang') =>
    fault({ action: troubled(method).action, when, answer, times: Number.POSITIVE_INFINITY });
  const cloud: CloudHooks = {
    calls,
    refuse(method, errorClass) {
      const answer = troubled(method).own[errorClass] ?? anywhere[errorClass];
      return answer === undefined ? undefined : always(method, 'before', answer);
    },
    silence: (method) => always(method, 'before', 'hang'),
    loseReply: (method) => always(method, 'after', 'drop'),
    ...own,
    async openDoomed(death) {
      const link = await openMortalLink(url, death, park);
      links.push(link);
      return { provider: await openAt(link.url), death: link.death };
    },
  };
  return { cloud, closeLinks: async () => void (await Promise.all(links.map((link) => link.close()))) };
}
