import type { App, TerminalFacts } from '../../../src/cli/app.ts';
import type { ConfigReading } from '../../../src/cli/config-reader.ts';
import { GodwitError } from '../../../src/errors.ts';
import type { Config } from '../../../src/model/config.ts';
import { openMemoryDrillRecords } from '../../../src/store/memory-drill-records.ts';
import { config, nowMs } from './models.ts';

/** A stand-in for the outside world that records what is printed and asked. Parts not given refuse. */
export interface FakeApp extends App {
  readonly printed: { out: string; err: string; readonly questions: string[] };
}

export const plainTerminal: TerminalFacts = {
  stdin: { isTty: false },
  stdout: { isTty: false, columns: 80, rows: 24 },
  stderr: { isTty: false, columns: 80, rows: 24 },
  isUnicode: true,
  isAccessible: false,
  color: 'auto',
  isUnattended: false,
};

export const liveTerminal: TerminalFacts = {
  ...plainTerminal,
  stdin: { isTty: true },
  stdout: { isTty: true, columns: 80, rows: 24 },
  stderr: { isTty: true, columns: 80, rows: 24 },
};

interface Given extends Partial<Omit<App, 'config'>> {
  readonly reading?: ConfigReading;
  readonly answer?: string | undefined;
  readonly readConfig?: App['config']['read'];
  readonly append?: App['config']['append'];
  /** Where the configuration says something; nowhere unless told. */
  readonly locate?: Awaited<ReturnType<App['config']['locate']>>;
}

export function fakeApp({ reading, answer, readConfig, append, locate, ...given }: Given = {}): FakeApp {
  const printed = { out: '', err: '', questions: [] as string[] };
  const refuse = (what: string) => async (): Promise<never> => {
    throw new GodwitError('StoreFailed', `no ${what} here`);
  };
  const valid: Config = config();
  const none = { text: '', findings: [] };
  return {
    printed,
    version: () => '1.2.3',
    program: async () => ({
      ...{ node: '/usr/bin/node', launcher: '/usr/lib/node_modules/godwit/bin/godwit.js' },
      ...{ user: 'sre', ownerOf: () => undefined, timezone: 'Europe/Stockholm' },
    }),
    clock: {
      nowMs: () => nowMs,
      monoMs: () => 1000,
      after: () => () => undefined,
      sleep: (_, signal) => new Promise((_done, fail) => signal.addEventListener('abort', () => fail(signal.reason))),
    },
    localOffsetMin: () => 60,
    stdout: {
      isClosed: false,
      write: (text) => {
        printed.out += text;
      },
    },
    stderr: {
      isClosed: false,
      write: (text) => {
        printed.err += text;
      },
    },
    terminal: plainTerminal,
    interrupted: new AbortController().signal,
    ask: async (question) => {
      printed.questions.push(question);
      return answer;
    },
    config: {
      read: readConfig ?? (async () => reading ?? { kind: 'valid', config: valid, warnings: none }),
      show: async (_, { isResolved }) => ({
        text: `environment: test # ${isResolved ? 'resolved' : 'as written'}\n`,
        json: { environment: 'test' },
      }),
      schema: async () => ({ $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' }),
      locate: async () => locate ?? (() => undefined),
      append: append ?? refuse('file to write to'),
    },
    errorTable: refuse('provider'),
    policyMaker: refuse('provider'),
    openStore: refuse('store'),
    preview: refuse('preview'),
    planRebalance: refuse('planRebalance'),
    rebalance: refuse('rebalance'),
    createPinger: refuse('pinger'),
    verify: refuse('verification'),
    say: refuse('state to write to'),
    checkDrill: refuse('engine'),
    runDrill: refuse('engine'),
    undoDrill: refuse('engine'),
    drillRecords: async () => openMemoryDrillRecords(),
    readDrillRecord: refuse('record'),
    recount: refuse('engine'),
    checkRecord: refuse('engine'),
    addFinding: refuse('records of drills'),
    pin: async () => ({
      kind: 'refused',
      error: { class: 'transient', code: 'GatewayAbsent', message: 'no gateway answers' },
    }),
    releasePins: async () => ({ kind: 'done', value: [] }),
    connectTraffic: refuse('gateway'),
    verifyJournal: refuse('journal'),
    examine: refuse('engine'),
    ensureGateway: async () => undefined,
    runController: refuse('controller'),
    serveMetrics: refuse('port'),
    carryOut: refuse('engine'),
    findOrphans: refuse('provider'),
    deleteOrphan: refuse('provider'),
    runGateway: refuse('gateway'),
    runDemo: refuse('demo'),
    simulate: refuse('simulator'),
    backtest: refuse('backtest'),
    runModelServer: refuse('model server'),
    ...given,
  };
}
