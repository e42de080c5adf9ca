import { backtestText } from '../../report/text/backtest.ts';
import { sanitize } from '../../report/text/sanitize.ts';
import { defineCommand, type Outcome } from '../command.ts';
import { exitOfSignal } from '../exit-codes.ts';
import { duration, requiredFiles, text, wholeNumberOrFile } from '../inputs.ts';
import { onlyDeployment, readForLooking } from '../open-config.ts';
import { writeOut } from '../write-out.ts';

const usualWanted = 4;
const mostWanted = 100;
const usualStartupMs = 300_000;
const usualRebalanceMs = 900_000;

export const backtest = defineCommand({
  name: 'backtest',
  summary: 'Replay recorded spot capacity, and compare what godwit makes of it',
  arguments: {},
  options: {
    trace: requiredFiles('--trace <file>', 'what could be had, and when; several are replayed side by side'),
    prices: text('--prices <file>', 'what the pools cost, with source and day', 'file'),
    demand: wholeNumberOrFile('--demand <n|file>', `replicas wanted (${usualWanted}), or at_ms,replicas`, mostWanted),
    startup: duration('--startup <time>', 'from a start until a replica serves (5m)'),
    policy: text('--policy <file>', 'a configuration whose policies (failover, rebalance) are followed', 'file'),
    rebalanceEvery: duration(
      '--rebalance-every <time>',
      'how often a scheduler rebalances, where prices are declared (15m)',
    ),
    deployment: text('--deployment <name>', 'of it, when it has several', 'deployment'),
    html: text('--html <file>', 'write the comparison there, with a chart', 'file'),
  },
  examples: [
    'godwit backtest --trace spot.csv --prices prices.yaml --demand 8',
    'godwit backtest --trace p3-trace.csv --trace g4dn.csv --html backtest.html',
    '# spot.csv, whose header is:',
    '#   at_ms,site,machine,market,capacity,preempted,',
    '#     usd_per_hour,price_source,price_as_of            (all in one line)',
    '#   0,east,g5,spot,4,,1.10,price page,2026-11-28       4 can be had',
    '#   60000,east,g5,spot,3,2,,,       2 taken, one new; empty: as before',
    '# or JSON: {"kind": "Trace", "endMs": 3600000, "pools": [{"site": "east",',
    '#   "machine": "g5", "market": "spot",',
    '#   "points": [{"atMs": 0, "capacity": 4}]}]}',
    '# or a public record as it is (bamboo, SpotServe), as the pool of its name',
    '# prices.yaml: prices: [{ site: east, market: on-demand, usdPerHour: 3.2,',
    '#   source: price page, asOf: 2026-11-28 }]',
    '# nothing real is contacted; a day of a trace takes about half a minute',
  ],
  formats: ['table', 'wide', 'json', 'yaml'],
  async run({ options }, app, out) {
    const { startup: startupMs = usualStartupMs, rebalanceEvery: everyMs = usualRebalanceMs, html } = options;
    // Loaded here: who only asks for help does not pay for reading YAML.
    const { openBacktest } = await import('../../config/trace/open-trace.ts');
    const { trace, demand } = await openBacktest({ ...options, demand: options.demand ?? usualWanted });
    const config = options.policy === undefined ? undefined : await readForLooking(app, options.policy);
    const policyOf = config && onlyDeployment(config, options.deployment);
    const rebalance = { everyMs, policy: config?.rebalance };
    const progress = await out.progress('replaying the trace');
    const report = await app
      .backtest(trace, { ...demand, startupMs, policyOf, rebalance }, app.interrupted)
      .finally(() => progress.stop());
    if (report === undefined) return { exit: exitOfSignal(app.interrupted), note: 'interrupted; nothing was touched' };
    if (html !== undefined) await writeOut(html, (await import('../../report/html/backtest.ts')).backtestHtml(report));
    return {
      exit: report.rows.some(({ violations = [] }) => violations.length > 0) ? 'failed' : 'done',
      json: { kind: 'BacktestReport', trace: options.trace, prices: options.prices, ...report },
      text: backtestText(report, { isWide: false }, out.dataStyle),
      wide: backtestText(report, { isWide: true }, out.dataStyle),
      ...(html === undefined ? {} : { note: `with a chart in ${sanitize(html, 200)}` }),
    } satisfies Outcome;
  },
});
