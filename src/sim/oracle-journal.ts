/** What the entries of a journal must be, one after the other. */
import type { JournalBody, JournalDraft } from '../model/journal-entry.ts';
import type { Operation } from '../model/operation.ts';
import type { Ghost } from './ghost.ts';
import type { SimOptions } from './options.ts';

type StepBody = Extract<JournalBody, { kind: 'step' }>;

/** Remembers what it needs of the entries so far. */
export class JournalGrammar {
  readonly #ghost: Ghost;
  /** `operation/index` of steps that have their closing entry. */
  readonly #closed = new Set<string>();
  /** By `operation/index`: when the step was first intended, milliseconds. */
  readonly #begunMs = new Map<string, number>();
  /** `operation/index/slot` that were intended and have no result yet, by whom (`host/pid`). */
  readonly #openParts = new Map<string, string>();
  /** By life: the refresh that has no result yet. */
  readonly #openRefresh = new Map<string, number>();

  /** The wall clocks of processes never jump. */
  readonly #hasTrueClock: boolean;

  constructor(ghost: Ghost, { every }: Pick<SimOptions, 'every'>) {
    this.#ghost = ghost;
    this.#hasTrueClock = every.wallJump === 0;
  }

  check({ body, by, epoch }: JournalDraft): void {
    // A person's word is under nobody's lease.
    const isWord = (body.kind === 'standing' && epoch === 0) || body.kind === 'note';
    if (epoch < this.#ghost.leases.newestEpoch && !isWord)
      this.#ghost.violate('I2', `an entry of epoch ${epoch} is taken after ${this.#ghost.leases.newestEpoch}`);
    const life = `${by.host}/${by.pid}`;
    if (body.kind === 'step') this.#checkStep(body, life);
    if (body.kind === 'operation') this.#checkOperation(body.operation, epoch);
    if (body.kind === 'route') this.#checkRefresh(body, life);
  }

  #checkStep({ operationId, index, step, part, state, error }: StepBody, life: string): void {
    const ghost = this.#ghost;
    const at = `${operationId}/${index}`;
    if (this.#closed.has(at)) ghost.violate('I17', `${operationId} has another entry for ${step}, which was closed`);
    // Whoever had no answer cannot say that it was refused.
    if (state === 'refused' && error?.code === 'NoAnswer')
      ghost.violate('I18', `${step} of ${operationId} is recorded as refused: ${error.message}`);
    if (part !== undefined) {
      if (state === 'intended') this.#openParts.set(`${at}/${part}`, life);
      else this.#openParts.delete(`${at}/${part}`);
      return;
    }
    const operation = ghost.operations.get(operationId);
    const isReturn = index === operation?.plan.steps.length;
    if (!isReturn && index > 0 && !this.#closed.has(`${operationId}/${index - 1}`))
      ghost.violate('I18', `${step} of ${operationId} is begun before the step before it has a result`);
    if (state === 'intended' && !this.#begunMs.has(at)) this.#begunMs.set(at, ghost.nowMs);
    if (state === 'intended') return;
    this.#closed.add(at);
    for (const [open, owner] of this.#openParts)
      if (owner === life && open.startsWith(`${at}/`))
        ghost.violate('I18', `${step} is closed, and ${open} has no result`);
    const passing = error?.class === 'throttled' || error?.class === 'auth' || error?.class === 'transient';
    const deadlineMs = operation?.plan.steps[index]?.deadlineMs ?? 0;
    // A hunt has its time from its intent, over every crash and outage: whoever takes it up late ends it.
    const isHunt = operation?.plan.steps[index]?.kind === 'hunt';
    const sinceMs = isHunt ? (this.#begunMs.get(at) ?? ghost.stepSinceMs) : ghost.stepSinceMs;
    // Over a crash that time is known by the wall clock alone: one that jumped may have used it up.
    if (isHunt && !this.#hasTrueClock) return;
    if (state === 'refused' && passing && ghost.nowMs - sinceMs < Math.min(deadlineMs, 5000))
      ghost.violate(error.class === 'auth' ? 'I26' : 'I25', `${step} gives up at once: ${error.message}`);
  }

  #checkOperation(operation: Operation, epoch: number): void {
    const ghost = this.#ghost;
    const { id, plan, state } = operation;
    if (operation.endedAtMs === undefined && operation.epoch !== epoch)
      ghost.violate('I2', `${id} goes on under epoch ${operation.epoch}, its writer holds ${epoch}`);
    if (state !== 'done') return;
    const open = plan.steps.find((_, index) => !this.#closed.has(`${id}/${index}`));
    if (open !== undefined) ghost.violate('I18', `${id} is done, and ${open.name} has no result`);
    if (plan.kind === 'start') return;
    const emptied = Object.keys(plan.before).filter(
      (site) => (plan.before[site] ?? 0) > 0 && (plan.after[site] ?? 0) === 0,
    );
    for (const site of emptied)
      if (!plan.steps.some((step) => step.kind === 'fence' && step.site === site))
        ghost.violate('I20', `${id} takes all weight from ${site} and does not fence it`);
  }

  #checkRefresh({ state, entry }: Extract<JournalBody, { kind: 'route' }>, life: string): void {
    const ghost = this.#ghost;
    const open = this.#openRefresh.get(life);
    if (state !== 'intended') return void this.#openRefresh.delete(life);
    if (open !== undefined) ghost.violate('I18', `refresh ${entry.routeVersion} is begun, and ${open} has no result`);
    this.#openRefresh.set(life, entry.routeVersion);
    ghost.refreshes.add(`${entry.epoch}/${entry.routeVersion}`);
  }
}
