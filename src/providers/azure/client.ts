/** The calls to Azure that a site needs, each with a definite outcome or none. */
import type { VirtualMachine } from '@azure/arm-compute';
import type { Market } from '../../model/error-verdict.ts';
import type { ErrorClass } from '../../model/provider-error.ts';
import type { ReadCall } from '../../ports/call.ts';
import type { Clock } from '../../ports/clock.ts';
import { mapTold, type Told } from '../shared/told.ts';
import { type Answer, type AskOptions, openArm } from './arm.ts';
import { type Catalog, openCatalog } from './catalog.ts';
import { type Machine, readMachine } from './machine.ts';
import { refusalOf } from './outcome.ts';
import { listAll } from './pages.ts';
import { type Progress, progressAddressOf, readProgress } from './progress.ts';
import type { AzureSettings } from './schema.ts';
import { openSiblings, type Siblings } from './siblings.ts';

/** A request that was taken; `progress`: where Azure tells how it goes on, undefined when it is over. */
export interface Accepted {
  readonly progress: string | undefined;
}

/** `exists`: there is a machine of that name already, and nothing was done. */
export type Created =
  | { readonly kind: 'exists' }
  | (Accepted & { readonly kind: 'made'; readonly machine: Machine | undefined });

export interface Azure extends Siblings, Catalog {
  /** All of the resource group, without what they do now. May lag behind what is. */
  machines(call: ReadCall): Promise<Told<readonly Machine[]>>;
  /** With what it does now; `not-found` where there is none of that name. */
  machine(name: string, call: ReadCall): Promise<Told<Machine>>;
  create(name: string, request: VirtualMachine, market: Market, call: ReadCall): Promise<Told<Created>>;
  /** Adds tags to a machine, or changes them, unless it was changed by anybody since it was read. */
  tag(machine: Machine, tags: Readonly<Record<string, string>>, call: ReadCall): Promise<Told<void>>;
  start(machine: Machine, call: ReadCall): Promise<Told<Accepted>>;
  /** Never `powerOff`: a machine that is only powered off keeps its host, and is billed. */
  deallocate(machine: Machine, call: ReadCall): Promise<Told<Accepted>>;
  remove(name: string, call: ReadCall): Promise<Told<Accepted>>;
  /** `market`: of the offer whose operation it is, where it is a start. Refused: the address tells nothing of it. */
  progress(address: string, market: Market | undefined, call: ReadCall): Promise<Told<Progress>>;
}

/** Refusals to tell, where all others are what the operation came to: a `Location` tells a failure by its own status. */
const sayNothing: ReadonlySet<ErrorClass> = new Set(['auth', 'throttled', 'not-found', 'transient', 'unknown']);

export function openAzure(settings: AzureSettings, clock: Clock): Azure {
  const { resourceGroup: group } = settings;
  const arm = openArm(settings, clock);
  const vms = arm.compute.virtualMachines;
  const change = async (call: ReadCall, operation: (options: AskOptions) => Promise<unknown>, market?: Market) =>
    mapTold(await arm.ask(call, operation, market === undefined ? {} : { market }), accepted);
  return {
    ...openSiblings(arm, settings),
    ...openCatalog(arm, settings, clock),
    async machines(call) {
      const first = await arm.ask(call, (options) => vms.list(group, options).byPage().next());
      const told = await listAll(arm, call, first);
      return mapTold(told, (items) => items.flatMap((each) => readMachine(each) ?? []));
    },
    async machine(name, call) {
      const told = await arm.ask(call, (options) => vms.get(group, name, { ...options, expand: 'instanceView' }));
      return told.kind === 'done' ? read(told.value) : told;
    },
    // https://learn.microsoft.com/rest/api/compute/virtual-machines/create-or-update: `If-None-Match: *` creates and never
    // changes what exists. Checked 2026-11-27.
    async create(name, request, market, call) {
      const send = (options: AskOptions) =>
        vms.createOrUpdate(group, name, request, { ...options, ifNoneMatch: '*' }).submitted();
      const told = await arm.ask(call, send, { market, allowed: 412 });
      return mapTold(told, (answer) =>
        answer.status === 412
          ? { kind: 'exists' }
          : { kind: 'made', ...accepted(answer), machine: readMachine(answer.body) },
      );
    },
    async tag({ name, etag, tags: own }, tags, call) {
      const match = etag === undefined ? {} : { ifMatch: etag };
      // All of them: whether those that are left out stay is said nowhere.
      const send = (options: AskOptions) =>
        vms.update(group, name, { tags: { ...own, ...tags } }, { ...options, ...match }).submitted();
      const told = await arm.ask(call, send, { allowed: 412 });
      return told.kind === 'done' && told.value.status === 412 ? changedSince(name) : mapTold(told, () => undefined);
    },
    start: ({ name, market }, call) => change(call, (options) => vms.start(group, name, options).submitted(), market),
    deallocate: ({ name }, call) => change(call, (options) => vms.deallocate(group, name, options).submitted()),
    remove: (name, call) => change(call, (options) => vms.delete(group, name, options).submitted()),
    async progress(address, market, call) {
      const told = await arm.visit(call, 'GET', address);
      if (told.kind === 'refused' && !sayNothing.has(told.error.class))
        return { kind: 'done', value: { state: 'failed', verdict: told.verdict, error: told.error } };
      return mapTold(told, (answer) => readProgress(answer, market, clock.nowMs()));
    },
  };
}

function accepted(answer: Answer): Accepted {
  return { progress: progressAddressOf(answer) };
}

/** The API allows no answer without a machine. */
function read({ body }: Answer): Told<Machine> {
  const value = readMachine(body);
  if (value !== undefined) return { kind: 'done', value };
  return { kind: 'unknown', error: { class: 'unknown', code: 'NoMachine', message: 'the answer names no machine' } };
}

function changedSince(name: string): Told<never> {
  const message = `${name} was changed by somebody else since it was read`;
  return { kind: 'refused', ...refusalOf([{ code: 'PreconditionFailed', status: 412, message }], undefined) };
}
