import { GodwitError } from '../../errors.ts';
import type { Config } from '../../model/config.ts';
import { armedFaultKinds, type Fault } from '../../model/fault.ts';
import type { TrafficDriver } from '../../ports/traffic-driver.ts';
import { sanitize } from '../../report/text/sanitize.ts';
import type { App } from '../app.ts';
import { defineCommand } from '../command.ts';
import { type FoundSummary, isWritten, runWithoutEnd } from '../drill-runs.ts';
import { reasonText, requiredText } from '../inputs.ts';
import { findDrill, openConfig } from '../open-config.ts';
import { callOf, readFaultSight } from '../read-fault-sight.ts';

/** How long whoever runs it may take to say in its record that it undoes it, and between two looks, in milliseconds. */
const answerWithinMs = 5000;
const lookEveryMs = 250;

export const drillAbort = defineCommand({
  name: 'drill abort',
  summary: 'End a drill at once: what it broke is undone and read back',
  arguments: {
    drill: requiredText('drill', 'its name in the configuration, or the run as `status` shows it', 'drill'),
  },
  options: { reason: reasonText('--reason <text>', 'why, for the record of the drill') },
  examples: ['godwit drill abort site-loss --reason "customers call"'],
  formats: ['table', 'json', 'yaml'],
  async run(input, app) {
    const config = await openConfig(app, input.globals);
    const { drill: named } = input.arguments;
    const traffic = await app.connectTraffic(config);
    const deployment = await deploymentOf(config, named, traffic, app);
    const seen = await readFaultSight(traffic, deployment, app.clock);
    if (seen.kind === 'unknown') throw notSeen(deployment, seen.error.message, 'Nothing was changed');
    const running = seen.value.inForce.find(({ drill, run }) => drill === named || run === named);
    const about = { kind: 'DrillAbort', deployment };
    const open = running === undefined ? await endsItself(app, config, named) : undefined;
    if (running === undefined || traffic.lift === undefined)
      return {
        exit: 'done',
        json: { ...about, run: open ?? null, outcome: 'nothing-to-do' },
        text: `Nothing to do: ${open === undefined ? `${sanitize(named, 60)} is not under way` : `${open} has undone what it broke, and gives the traffic back`}.`,
      };
    const { reason } = input.options;
    const because = `aborted by a person${reason === undefined ? '' : `: ${reason}`}`;
    await traffic.lift(deployment, { because, run: running.run }, callOf(app.clock));
    const after = await readFaultSight(traffic, deployment, app.clock);
    if (after.kind === 'unknown')
      throw notSeen(deployment, after.error.message, 'It was told to undo it, and may have');
    if (after.value.inForce.some(({ run }) => run === running.run))
      throw new GodwitError('OperationFailed', `${running.run} is still in force at ${running.site}`, {
        hint: 'its own process goes on: end it with Ctrl-C; without it the fault is over by itself in 10s',
      });
    await waitForAnswer(app, config, running.run);
    return {
      exit: 'done',
      json: { ...about, run: running.run, outcome: 'aborted' },
      text: abortedText(config, running),
    };
  },
});

/** What is done to replicas, or by a program, is no business of the gateway: the run's own process undoes it when it sees this. */
function abortedText({ drills = [] }: Config, { run, drill, site, sharePct }: Fault): string {
  const faults = drills.find(({ name }) => name === drill)?.faults ?? [];
  const isHere = faults.every(({ kind }) => armedFaultKinds.some((each) => each === kind)) && sharePct > 0;
  return isHere
    ? `${run} aborted: what it did at ${sanitize(site, 40)} is undone, read back from the gateway.`
    : `${run} aborted: what the gateway did for it is undone, read back. The rest its own process undoes now: godwit drill report ${run}`;
}

/** By the drill's name, or by a run that breaks something now. Throws `NotFound`. */
async function deploymentOf(config: Config, named: string, traffic: TrafficDriver, app: App): Promise<string> {
  const isRun = named.startsWith('dr-') && config.drills?.some(({ name }) => name === named) !== true;
  if (!isRun) return findDrill(config, named).deployment;
  for (const { name } of config.deployments) {
    const seen = await readFaultSight(traffic, name, app.clock);
    if (seen.kind === 'unknown') throw notSeen(name, seen.error.message, 'Nothing was changed');
    if (seen.value.inForce.some(({ run }) => run === named)) return name;
  }
  const found = await (await app.drillRecords(config)).read(named);
  const [first] = found?.entries ?? [];
  if (first?.body.kind === 'begin') return first.body.drill.deployment;
  throw new GodwitError('NotFound', `no drill ${named} is under way`, { hint: 'godwit drill list' });
}

/**
 * Of a run that breaks nothing now. Its id when whoever runs it has undone it; undefined: there is none without an end. Throws
 * `OperationFailed` when it breaks nothing yet, or when nobody is left who could undo it when told to.
 */
async function endsItself(app: App, config: Config, named: string): Promise<string | undefined> {
  const open = await runWithoutEnd(await app.drillRecords(config), named);
  if (open === undefined) return undefined;
  if (!isWritten(open.summary, app.clock.nowMs()))
    throw new GodwitError('OperationFailed', `${open.id} has no end, and nothing keeps it up: whoever ran it is gone`, {
      hint: `godwit drill undo ${open.id}`,
    });
  if (isUndoing(open)) return open.id;
  throw new GodwitError('OperationFailed', `${open.id} breaks nothing yet, and is not told by way of the gateway`, {
    hint: 'end it with Ctrl-C where it runs, or say this again once `godwit status` shows what it breaks',
  });
}

function isUndoing({ sight }: FoundSummary): boolean {
  return sight.entries.some(({ body }) => body.kind === 'stage' && body.stage === 'undo');
}

/** The gateway undoes its own part alone; the rest is the runner's. Throws `OperationFailed` when it says nothing. */
async function waitForAnswer(app: App, config: Config, run: string): Promise<void> {
  const records = await app.drillRecords(config);
  for (let leftMs = answerWithinMs; leftMs > 0; leftMs -= lookEveryMs) {
    const open = await runWithoutEnd(records, run);
    if (open === undefined || isUndoing(open)) return;
    await app.clock.sleep(lookEveryMs, app.interrupted);
  }
  const message = `what ${run} did at the gateway is undone, but its own process says nothing: the rest may still be broken`;
  throw new GodwitError('OperationFailed', message, {
    hint: `in 10s, if it has no end by then:  godwit drill undo ${run}`,
  });
}

function notSeen(deployment: string, message: string, left: string): GodwitError {
  return new GodwitError('OutcomeUnknown', `the gateway of ${deployment} is not seen: ${message}. ${left}`, {
    hint: 'a fault that nobody keeps up is over by itself in 10s; then: godwit status',
  });
}
