import { expiryOf, needsReason, requireReason, termOptions } from '../change/options.ts';
import { runChange } from '../change/run-change.ts';
import { defineCommand } from '../command.ts';
import { requiredText, text } from '../inputs.ts';
import { findDeployment, openConfig } from '../open-config.ts';

export const apply = defineCommand({
  name: 'apply',
  summary: 'Carry out a plan from a file, if the world is as it was then',
  arguments: {},
  options: {
    plan: requiredText('--plan <file>', 'what godwit plan --out wrote', 'file'),
    reason: text('--reason <text>', "why; otherwise the plan's"),
    ...termOptions,
  },
  examples: [
    'godwit plan shift chat --from site-a --out plan.json',
    'godwit apply --plan plan.json --reason "driver update"',
  ],
  formats: ['table', 'json', 'jsonl'],
  async run({ options, globals, typed }, app, out) {
    const { readPlanFile } = await import('../change/plan-file.ts');
    const file = await readPlanFile(options.plan);
    const config = await openConfig(app, globals);
    const deployment = findDeployment(config, file.wish.deployment);
    const reason = options.reason ?? file.wish.reason;
    if (!options.dryRun && needsReason(file.wish, deployment, config))
      requireReason(`godwit ${file.wish.kind}`, reason);
    // The policy may have changed since, and so may the file.
    if (file.wish.forMs !== undefined) expiryOf(file.wish.forMs, deployment);
    const wish = { ...file.wish, reason, expect: file.basis };
    // It was read and meant when it was written: only what is severe is asked for again.
    return await runChange({ config, wish, terms: { ...options, yes: true }, typed, globals }, app, out);
  },
});
