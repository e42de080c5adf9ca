import { GodwitError } from '../../errors.ts';
import type { Config } from '../../model/config.ts';
import { sanitize } from '../../report/text/sanitize.ts';
import type { App } from '../app.ts';
import { defineCommand } from '../command.ts';
import { findOperation } from '../find-operation.ts';
import { text, words } from '../inputs.ts';
import { findDeployment, openConfig } from '../open-config.ts';

interface About {
  readonly deployment: string;
  readonly op: string | undefined;
}

export const note = defineCommand({
  name: 'note',
  summary: 'Write something down in the record, for the timeline of an incident',
  arguments: { text: words('text', 'what to write down, in quotes') },
  options: {
    deployment: text('--deployment <name>', 'what it is about; may be left out when there is only one'),
    op: text('--op <operation>', 'the operation it is about (op-...), or `last`'),
  },
  examples: [
    'godwit note "called the provider, ticket 4711"',
    'godwit note "users see it too" --deployment chat --op last',
  ],
  formats: ['table', 'json', 'yaml'],
  async run(input, app) {
    const config = await openConfig(app, input.globals);
    const { deployment, op } = await aboutWhat(app, config, input.options);
    const said = input.arguments.text;
    const about = op === undefined ? {} : { operationId: op };
    await app.say(config, { kind: 'note', deployment, text: said, ...about });
    return {
      exit: 'done',
      json: { kind: 'Note', deployment, op: op ?? null, text: said },
      text: `Noted for ${sanitize(deployment, 40)}${op === undefined ? '' : ` and ${op}`}: it is in the record.`,
    };
  },
});

async function aboutWhat(
  app: App,
  config: Config,
  typed: { readonly deployment: string | undefined; readonly op: string | undefined },
): Promise<About> {
  const named = typed.deployment === undefined ? undefined : findDeployment(config, typed.deployment).name;
  if (typed.op !== undefined) {
    const { id, plan } = await lookUp(app, config, typed.op);
    if (named !== undefined && named !== plan.deployment)
      throw new GodwitError('UsageInvalid', `${id} was about ${plan.deployment}, not about ${named}`);
    return { deployment: plan.deployment, op: id };
  }
  const [only, ...others] = config.deployments;
  const deployment = named ?? (others.length === 0 ? only?.name : undefined);
  if (deployment !== undefined) return { deployment, op: undefined };
  throw new GodwitError('UsageInvalid', 'which deployment is it about?', {
    hint: 'add --deployment NAME or --op last',
  });
}

async function lookUp(app: App, config: Config, typed: string) {
  const store = await app.openStore(config);
  try {
    return await findOperation(store, typed);
  } finally {
    await store.close();
  }
}
