import { GodwitError } from '../../errors.ts';
import type { Operation } from '../../model/operation.ts';
import type { Standing } from '../../model/standing.ts';
import type { Store } from '../../ports/store.ts';
import { weightsText } from '../../report/text/operation.ts';
import { sanitize } from '../../report/text/sanitize.ts';
import { runSeveral } from '../change/several.ts';
import { commandLine } from '../change/typed-line.ts';
import { defineCommand } from '../command.ts';
import { confirm } from '../confirm.ts';
import { duration, flag, reasonText, requiredText } from '../inputs.ts';
import { findDeployment, openConfig } from '../open-config.ts';
import { checkReason, giveOrder } from '../order.ts';
import { orderPreview } from '../order-preview.ts';

export const returnSite = defineCommand({
  name: 'return',
  summary: 'Give a site back the traffic that was taken off it for a time',
  arguments: { site: requiredText('site', 'as named in the configuration', 'site') },
  options: {
    reason: reasonText('--reason <text>', 'why, for the record'),
    yes: flag('-y, --yes', 'do not ask'),
    timeout: duration('--timeout <time>', 'how long to wait for each; the operations themselves go on'),
  },
  examples: ['godwit return site-a', 'godwit return site-a --yes --reason "network is back"'],
  formats: ['table', 'json', 'jsonl'],
  async run({ arguments: { site }, options, globals, typed }, app, out) {
    const config = await openConfig(app, globals);
    if (!config.sites.some(({ name }) => name === site))
      throw new GodwitError('NotFound', `there is no site "${site}" in ${config.path}`, {
        hint: `known: ${config.sites.map(({ name }) => name).join(', ')}`,
      });
    const store = await app.openStore(config);
    const [all, emptied] = await Promise.all([movedOff(store, site), emptiedAt(store, site)]).finally(() =>
      store.close(),
    );
    const moved = all.filter(({ plan }) => config.deployments.some(({ name }) => name === plan.deployment));
    for (const { id, plan } of all.filter((each) => !moved.includes(each)))
      out.warn(`${sanitize(plan.deployment, 40)} is not configured any more: ${id} is left as it is`);
    if (moved.length === 0)
      return {
        exit: 'done',
        json: { kind: 'Return', items: [] },
        text: `Nothing to do: nothing was moved off ${site} for a time.${emptied.map(outText).join('')}`,
      };
    for (const { plan } of moved)
      checkReason('return', options.reason, findDeployment(config, plan.deployment), config);
    const shown: string[] = [];
    for (const operation of moved) {
      const { id, plan } = operation;
      const change = await orderPreview('return', operation, { config, app, style: out.noteStyle });
      shown.push(`${plan.deployment}: return ${id}, weights before: ${weightsText(plan.before)}`, ...change);
    }
    const question = {
      what: shown.join('\n'),
      danger: { level: 'moderate', why: [] } as const,
      name: site,
      command: commandLine({ typed, configPath: config.path, add: ['--yes'] }),
    };
    const declined = await confirm(question, { yes: options.yes, confirm: undefined, globals }, app, out);
    if (declined !== undefined) return declined;
    const parts = moved.map((operation) => ({
      deployment: operation.plan.deployment,
      run: () => giveOrder({ kind: 'return', operation, wait: true, ...options }, config, app, out),
    }));
    return await runSeveral('Return', parts, app);
  },
});

/** Deployments for which a person emptied the site without an end. */
async function emptiedAt(store: Store, site: string): Promise<readonly Standing[]> {
  return (await store.standing.list()).filter((each) => each.kind === 'out' && each.site === site);
}

function outText(standing: Standing): string {
  const { deployment } = standing;
  const site = standing.kind === 'out' ? standing.site : '';
  return `\n${deployment}: ${site} was emptied without an end: godwit start ${deployment} --site ${site}, then godwit failback ${deployment}`;
}

/** Operations that took traffic off the site, for a time that is not over. */
async function movedOff(store: Store, site: string): Promise<readonly Operation[]> {
  const standing = await store.standing.list();
  const ids = standing.flatMap((each) =>
    each.kind === 'shift' && (each.before[site] ?? 0) > (each.after[site] ?? 0) ? [each.operationId] : [],
  );
  const operations = await Promise.all(ids.map((id) => store.operations.get(id)));
  return operations.flatMap((operation) => operation ?? []);
}
