/** What the command line is given: the outside world behind one object, each part opened only when a command asks for it. */
import type { CarryOutOptions, WishEnd } from '../engine/carry-out.ts';
import type { ControllerEnd } from '../engine/controller.ts';
import type { OrphanOrder } from '../engine/delete-orphan.ts';
import type { DoctorTerms } from '../engine/doctor.ts';
import type { FindingWords } from '../engine/drill/add-finding.ts';
import type { DrillCheck } from '../engine/drill/check.ts';
import type { DrillTerms } from '../engine/drill/rehearsal.ts';
import type { PinWish } from '../engine/pin.ts';
import type { RebalanceTerms } from '../engine/rebalance/plan-rebalance.ts';
import type { RebalanceEnd } from '../engine/rebalance/run-rebalance.ts';
import type { RunTerms } from '../engine/rebalance/run-terms.ts';
import type { Word } from '../engine/say.ts';
import type { Backtest, BacktestOptions } from '../model/backtest.ts';
import type { Config } from '../model/config.ts';
import type { DoctorReport } from '../model/doctor.ts';
import type { Drill } from '../model/drill.ts';
import type { RecordCheck } from '../model/drill-check.ts';
import type { DrillEntry, DrillRun, Finding, UndoState } from '../model/drill-run.ts';
import type { ErrorTable } from '../model/error-table.ts';
import type { JournalHead } from '../model/journal-entry.ts';
import type { Listen } from '../model/listen.ts';
import type { Operation } from '../model/operation.ts';
import type { OrphanEnd, OrphanReport } from '../model/orphan.ts';
import type { Reply } from '../model/outcome.ts';
import type { PolicyMaker } from '../model/permission.ts';
import type { Pin } from '../model/pin.ts';
import type { Preview } from '../model/preview.ts';
import type { ProgramFacts } from '../model/program-facts.ts';
import type { RebalancePlan } from '../model/rebalance-plan.ts';
import type { FaultClass, SimulatedSeed } from '../model/simulation.ts';
import type { Trace } from '../model/trace.ts';
import type { Verification } from '../model/verification.ts';
import type { Wish } from '../model/wish.ts';
import type { Clock } from '../ports/clock.ts';
import type { DrillRecordSight, DrillRecords } from '../ports/drill-records.ts';
import type { Reporter } from '../ports/reporter.ts';
import type { Store } from '../ports/store.ts';
import type { TrafficDriver } from '../ports/traffic-driver.ts';
import type { DemoSummary } from '../report/demo-summary.ts';
import type { ConfigReader } from './config-reader.ts';

/** Where text goes. A write never throws and never rejects: a closed pipe swallows what is written to it. */
export interface TextSink {
  /** The reader is gone. */
  readonly isClosed: boolean;
  write(text: string): void;
}

/** What one stream is connected to. */
export interface StreamFacts {
  readonly isTty: boolean;
  readonly columns: number;
  readonly rows: number;
}

/** What is known of the terminal before any option is read. */
export interface TerminalFacts {
  readonly stdin: { readonly isTty: boolean };
  readonly stdout: StreamFacts;
  readonly stderr: StreamFacts;
  /** The locale writes UTF-8; otherwise only ASCII is printed. */
  readonly isUnicode: boolean;
  /** `NO_COLOR` and `FORCE_COLOR`; `auto` when neither says. */
  readonly color: 'always' | 'never' | 'auto';
  /** `GODWIT_ACCESSIBLE`: somebody listens instead of looking. */
  readonly isAccessible: boolean;
  /** A continuous-integration job, a coding agent or `TERM=dumb`: never redraw, never ask. */
  readonly isUnattended: boolean;
}

/** Whether the journal is whole. */
export type JournalVerdict =
  | { readonly kind: 'ok'; readonly path: string; readonly entries: number; readonly head: JournalHead }
  | {
      readonly kind: 'broken';
      readonly path: string;
      /** Entries that are intact, and the first one that is not. */
      readonly entries: number;
      readonly seq: number;
      readonly why: string;
    };

export interface DemoOptions {
  readonly fault: 'kill' | 'hang' | 'errors' | 'slow';
  readonly durationMs: number | undefined;
}

/** Who watches the demo. */
export interface DemoWatch {
  /** One line about what the demo does. */
  say(line: string): void;
  /** What is going on, several times a second: for a line that is redrawn. */
  live(line: string): void;
}

export interface SimulateOptions {
  readonly deployment: string;
  /** The first seed, and how many. */
  readonly from: number;
  readonly seeds: number;
  readonly faults: readonly FaultClass[];
}

/** Who watches the worlds, each as it begins and ends. */
export interface SimulateWatch {
  onBegin(seed: number): void;
  onEnd(story: SimulatedSeed): void;
}

/** What is asked, and told, by whoever serves the metrics. */
export interface MetricsWatch {
  /** The text of one scrape. */
  readonly scrape: () => Promise<string>;
  /** Where they are served. */
  readonly note: (message: string) => void;
  /** Why they are not. */
  readonly warn: (message: string) => void;
}

/** What came of undoing a run: it is `closed` now; it had an end, and what was not seen to be undone was undone `again`; or it was `over`. */
export type DrillUndone =
  | { readonly kind: 'closed'; readonly run: DrillRun }
  | { readonly kind: 'again'; readonly undo: UndoState }
  | { readonly kind: 'over' };

export interface App {
  /** As in package.json. */
  version(): string;
  program(): Promise<ProgramFacts>;
  readonly clock: Clock;
  /** Minutes that this machine's local time is ahead of UTC at a moment (epoch milliseconds). */
  readonly localOffsetMin: (atMs: number) => number;
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly terminal: TerminalFacts;
  /** Aborted at the first SIGINT or SIGTERM, with that name as its reason. Until it is read, signals end the process. */
  readonly interrupted: AbortSignal;
  /** Asks on standard error and reads one line of standard input; undefined at its end. */
  ask(question: string): Promise<string | undefined>;
  readonly config: ConfigReader;
  /** What a cloud's errors mean; undefined when there is no such kind, and the kinds there are. Loads no SDK. */
  errorTable(provider: string): Promise<{ readonly table: ErrorTable | undefined; readonly known: readonly string[] }>;
  /** What a cloud must allow; undefined when there is no such kind, and the kinds there are. Loads no SDK. */
  policyMaker(
    provider: string,
  ): Promise<{ readonly maker: PolicyMaker | undefined; readonly known: readonly string[] }>;
  /** Opens the store without taking anything; throws `StoreFailed` when there is none or it cannot be read. */
  openStore(config: Config): Promise<Store>;
  connectTraffic(config: Config): Promise<TrafficDriver>;
  verifyJournal(config: Config): Promise<JournalVerdict>;
  /** Looks at everything a bad night will need. Changes nothing. */
  examine(config: Config, terms: DoctorTerms, signal: AbortSignal): Promise<DoctorReport>;
  /** Resolves once a gateway answers; started, and started again with back-off, until the signal fires. `note` is told of it. */
  ensureGateway(config: Config, note: (message: string) => void, signal: AbortSignal): Promise<void>;
  /** `onOpen` is given the controller's own store, which is closed when this resolves. */
  runController(
    config: Config,
    reporter: Reporter,
    signal: AbortSignal,
    onOpen?: (store: Store) => void,
  ): Promise<ControllerEnd>;
  /** Resolves once it listens, or could not; goes on until the signal fires. */
  serveMetrics(listen: Listen, watch: MetricsWatch, signal: AbortSignal): Promise<void>;
  carryOut(
    config: Config,
    wish: Wish,
    options: CarryOutOptions,
    reporter: Reporter,
    signal: AbortSignal,
  ): Promise<WishEnd>;
  /** Looks, and says what would be done: calls nothing that changes anything. */
  preview(config: Config, wish: Wish, signal: AbortSignal): Promise<Preview>;
  /** What rebalancing would do: calls nothing that changes anything. `withinMs`: for the solver. */
  planRebalance(
    config: Config,
    terms: Pick<RebalanceTerms, 'withinMs' | 'demands'>,
    signal: AbortSignal,
  ): Promise<RebalancePlan>;
  /** Plans, and carries it out: one operation after the other. `jitterMs`: waits up to that before. */
  rebalance(
    config: Config,
    terms: Omit<RunTerms, 'solver'> & { readonly jitterMs: number },
    reporter: Reporter,
    signal: AbortSignal,
  ): Promise<RebalanceEnd>;
  /** Tells a check of Healthchecks of a run; `warn`: that it could not be told. */
  createPinger(
    url: string,
    warn: (message: string) => void,
  ): Promise<{ start(): Promise<void>; end(exitCode: number, log: string): Promise<void> }>;
  /** Reads back what an operation brought about: calls nothing that changes anything. */
  verify(config: Config, operation: Operation, signal: AbortSignal): Promise<Verification>;
  /** Whether a drill may begin now. Looks only. */
  checkDrill(config: Config, drill: Drill, signal: AbortSignal): Promise<DrillCheck>;
  /** Breaks, watches, undoes, gives back; the signal aborts it, and the undo runs all the same. */
  runDrill(
    config: Config,
    drill: Drill,
    terms: Pick<DrillTerms, 'reason' | 'say' | 'slotMs'>,
    signal: AbortSignal,
  ): Promise<DrillRun>;
  /** Undoes what a run left that has no end, or whose undo was not seen. `whenGone`: once its runner, which speaks on standard input, is gone. */
  undoDrill(
    config: Config,
    run: string,
    terms: { readonly whenGone: boolean; say(line: string): void },
  ): Promise<DrillUndone>;
  /** The records of what drills did, in the configuration's state directory. Reading makes nothing. */
  drillRecords(config: Config): Promise<DrillRecords>;
  /** A record that lies elsewhere, as a copy does; undefined: there is none. */
  readDrillRecord(path: string): Promise<DrillRecordSight | undefined>;
  /** What the entries of a record with an end tell. */
  recount(entries: readonly DrillEntry[]): Promise<DrillRun>;
  /** Computes the end of a run again from its entries. `notes`: of the journal, undefined when there is none to ask. */
  checkRecord(run: string, entries: readonly DrillEntry[], notes: readonly string[] | undefined): Promise<RecordCheck>;
  /** Writes down what somebody found out about a run, behind its end. */
  addFinding(config: Config, run: string, words: FindingWords): Promise<Finding>;
  /** Says it to the gateway itself, which keeps it: for while the store is down. */
  pin(config: Config, wish: PinWish): Promise<Reply<Pin>>;
  /** Ends what the gateway keeps; the numbers that it ended. */
  releasePins(config: Config, wish: Pick<PinWish, 'deployment' | 'reason'>): Promise<Reply<readonly number[]>>;
  /** Writes down what a person says: a pause, its end, an acknowledgement, a note. */
  say(config: Config, word: Word): Promise<void>;
  /** Replicas that nothing on record accounts for. Reads only. */
  findOrphans(config: Config, signal: AbortSignal): Promise<OrphanReport>;
  /** Deletes one of them, under the lease. */
  deleteOrphan(config: Config, order: OrphanOrder, signal: AbortSignal): Promise<OrphanEnd>;
  /** Serves until the signal fires; `log` is told where it listens and what it found. */
  runGateway(config: Config, log: (line: string) => void, signal: AbortSignal): Promise<void>;
  runDemo(options: DemoOptions, reporter: Reporter, watch: DemoWatch, signal: AbortSignal): Promise<DemoSummary>;
  /** Worlds in memory, one after the other. Once the signal fires: those that were finished. */
  simulate(
    config: Config,
    options: SimulateOptions,
    watch: SimulateWatch,
    signal: AbortSignal,
  ): Promise<readonly SimulatedSeed[]>;
  /** The engine in a simulated world that has what the trace says, and what it is compared with; undefined: the signal fired. */
  backtest(trace: Trace, options: BacktestOptions, signal: AbortSignal): Promise<Backtest | undefined>;
  /** The built-in model server with its own arguments; resolves with its exit code. */
  runModelServer(argv: readonly string[]): Promise<number>;
}
