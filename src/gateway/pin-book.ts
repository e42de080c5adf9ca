/** The pins a gateway has taken: what a person said while nobody else could be told, kept until it is merged. */
import { standingPin, stands, type TakenPin } from '../core/routing/pins.ts';
import { messageOf } from '../errors.ts';
import type { Pin, PinRequest, ReleaseRequest } from '../model/pin.ts';
import { type LoadedPins, loadPins, PinFile, type PinRecord, type TakenRecord } from './pin-file.ts';

export interface PinBookDeps {
  readonly path: string;
  readonly bootId: string;
  readonly monoMs: () => number;
  /** Wall clock, for people. */
  readonly wallMs: () => number;
  readonly log: (line: string) => void;
}

/** Of one deployment: those that stand or are not merged cannot be let go of, so that one more is refused. */
const maxPins = 100;
/** A larger file is compacted when the gateway starts. */
const compactAboveBytes = 1024 * 1024;

interface Kept extends TakenPin {
  readonly record: TakenRecord;
}

export class PinBook {
  readonly #deps: PinBookDeps;
  /** Undefined: what is there could not be read, and must not be written over. */
  readonly #file: PinFile | undefined;
  /** By deployment, oldest first. */
  readonly #pins = new Map<string, readonly Kept[]>();
  /** The numbers up to here may be those of lines that were lost. */
  #lostUpTo = 0;

  constructor(deps: PinBookDeps) {
    this.#deps = deps;
    const loaded = this.#load();
    if (loaded === undefined) return;
    this.#file = new PinFile(deps.path, loaded.wholeBytes);
    for (const record of loaded.records) this.#note(record);
    // Nobody can say whose they were, nor that they were no pins: each may have been the newest of its deployment.
    if (loaded.damaged > 0) this.#lostUpTo = this.#newestNumber() + loaded.damaged;
    this.#tidy(this.#file, loaded);
  }

  /** The newest pin that stands now. */
  standing(deployment: string): Pin | undefined {
    return standingPin(this.#of(deployment), this.#deps.monoMs());
  }

  /** All that are kept of a deployment, oldest first, and the numbers of those that stand. */
  sight(deployment: string): { readonly pins: readonly Pin[]; readonly standing: readonly number[] } {
    const nowMs = this.#deps.monoMs();
    const pins = this.#of(deployment);
    return {
      pins: pins.map(({ pin }) => pin),
      standing: pins.filter((each) => stands(each, nowMs)).map(({ pin }) => pin.number),
    };
  }

  /** `return` pins whose table may not have been kept before the gateway died. */
  returns(): readonly { readonly pin: Pin; readonly routeVersion: number }[] {
    return [...this.#pins.keys()].flatMap((deployment) => {
      const pin = this.standing(deployment);
      const record = this.#of(deployment).find((each) => each.pin === pin)?.record;
      return pin?.kind === 'return' ? [{ pin, routeVersion: record?.routeVersion ?? 0 }] : [];
    });
  }

  /** Durable when it returns; undefined when there is no room for one more. Throws when it cannot be kept. */
  take(request: PinRequest, routeVersion: number | undefined): Pin | undefined {
    const { deployment, kind, by, reason, forMs, weights } = request;
    this.#makeRoom(deployment);
    if (this.#of(deployment).length >= maxPins) return undefined;
    const atMs = this.#deps.wallMs();
    const untilMs = forMs === undefined ? undefined : atMs + forMs;
    const number = this.#nextNumber(deployment);
    const pin: Pin = { deployment, number, kind, by, atMs, untilMs, reason, weights, isMerged: false };
    this.#keep({ ...this.#stamped(pin), forMs, routeVersion });
    return pin;
  }

  /** Undoes the newest pin of a deployment, whose table could not be kept. */
  takeBack(pin: Pin): void {
    this.#pins.set(
      pin.deployment,
      this.#of(pin.deployment).filter((each) => each.pin !== pin),
    );
    this.#file?.takeBack();
  }

  /** The numbers it ended; none when none of them stood. Durable when it returns. */
  release({ deployment, by, reason, number }: ReleaseRequest): readonly number[] {
    const { standing } = this.sight(deployment);
    const releases = standing.filter((each) => number === undefined || each === number);
    if (releases.length === 0) return [];
    const atMs = this.#deps.wallMs();
    const rest = { kind: 'release', untilMs: undefined, weights: undefined, isMerged: false } as const;
    const pin = { ...rest, deployment, number: this.#nextNumber(deployment), by, atMs, reason, releases };
    this.#keep(this.#stamped(pin));
    return releases;
  }

  /** It is in the journal. False when there is no such pin. */
  merged(deployment: string, number: number): boolean {
    const found = this.#of(deployment).find(({ pin }) => pin.number === number);
    if (found === undefined) return false;
    if (!found.pin.isMerged) this.#keep({ kind: 'merged', deployment, number });
    return true;
  }

  #of(deployment: string): readonly Kept[] {
    return this.#pins.get(deployment) ?? [];
  }

  #nextNumber(deployment: string): number {
    return Math.max(this.#of(deployment).at(-1)?.pin.number ?? 0, this.#lostUpTo) + 1;
  }

  /** Over all deployments. */
  #newestNumber(): number {
    return Math.max(this.#lostUpTo, ...[...this.#pins.values()].map((pins) => pins.at(-1)?.pin.number ?? 0));
  }

  #stamped(pin: Pin): TakenRecord {
    return { kind: 'taken', pin, bootId: this.#deps.bootId, takenAtMonoMs: this.#deps.monoMs() };
  }

  #keep(record: PinRecord): void {
    if (this.#file === undefined) throw new Error(`${this.#deps.path} could not be read when the gateway started`);
    this.#file.append(record);
    this.#note(record);
  }

  #note(record: PinRecord): void {
    if (record.kind === 'lost') {
      this.#lostUpTo = Math.max(this.#lostUpTo, record.number);
      return;
    }
    const { deployment, number } = record.kind === 'merged' ? record : record.pin;
    if (record.kind === 'merged') {
      const mark = (each: Kept): Kept =>
        each.pin.number === number ? { ...each, pin: { ...each.pin, isMerged: true } } : each;
      return void this.#pins.set(deployment, this.#of(deployment).map(mark));
    }
    const { pin, isReleased = false } = record;
    const ended = (each: Kept): Kept =>
      pin.releases?.includes(each.pin.number) === true ? { ...each, isReleased: true } : each;
    const kept = { pin, record, untilMonoMs: this.#endOf(record), isReleased };
    this.#pins.set(deployment, [...this.#of(deployment).map(ended), kept]);
    // A file that grew for a year is not to fill the memory when it is read.
    this.#makeRoom(deployment);
  }

  /** Of another boot nobody knows how much has passed: it is counted anew, for a person's word errs on the long side. */
  #endOf({ bootId, takenAtMonoMs, forMs }: TakenRecord): number {
    if (forMs === undefined) return Number.POSITIVE_INFINITY;
    return (bootId === this.#deps.bootId ? takenAtMonoMs : this.#deps.monoMs()) + forMs;
  }

  /** The newest is never let go of: it has the highest number. */
  #makeRoom(deployment: string): void {
    const pins = this.#of(deployment);
    let over = pins.length - maxPins + 1;
    if (over <= 0) return;
    const kept = pins.filter((each) => {
      if (over <= 0 || each === pins.at(-1) || this.#isNeeded(each)) return true;
      over -= 1;
      return false;
    });
    this.#pins.set(deployment, kept);
  }

  #isNeeded(each: Kept): boolean {
    return !each.pin.isMerged || stands(each, this.#deps.monoMs());
  }

  #load(): LoadedPins | undefined {
    try {
      return loadPins(this.#deps.path);
    } catch (error) {
      this.#deps.log(`the pins cannot be read (${messageOf(error)}): weights may change although somebody pinned them`);
      return undefined;
    }
  }

  /** Serving comes first: a file that cannot be tidied up now is left for the next start. */
  #tidy(file: PinFile, { records, wholeBytes, sizeBytes, damaged }: LoadedPins): void {
    const { path, bootId, log, monoMs } = this.#deps;
    if (wholeBytes < sizeBytes) log(`${path} ended in a torn line, which was dropped: nobody was told it was kept`);
    const isForeign = records.some(
      (each) => each.kind === 'taken' && each.forMs !== undefined && each.bootId !== bootId,
    );
    if (damaged === 0 && sizeBytes <= compactAboveBytes && !isForeign) return;
    try {
      if (damaged > 0) log(`${damaged} lines of ${path} are damaged; a copy is kept as ${file.copyAside()}`);
      const takenAtMonoMs = monoMs();
      const kept = [...this.#pins.values()].flatMap((pins) =>
        pins.filter((each) => each === pins.at(-1) || this.#isNeeded(each)),
      );
      const rewritten = kept.map(
        ({ record, pin, isReleased }): TakenRecord => ({
          ...record,
          ...(record.bootId === bootId ? {} : { bootId, takenAtMonoMs }),
          pin,
          isReleased,
        }),
      );
      const lost: readonly PinRecord[] = this.#lostUpTo > 0 ? [{ kind: 'lost', number: this.#lostUpTo }] : [];
      file.rewrite([...lost, ...rewritten]);
    } catch (error) {
      log(`${path} could not be written anew: ${messageOf(error)}`);
    }
  }
}
