import type { OrphanEnd } from '../../model/orphan.ts';
import { reasonLines } from '../../report/text/reason.ts';
import { sanitize } from '../../report/text/sanitize.ts';
import type { App } from '../app.ts';
import { defineCommand, type Outcome } from '../command.ts';
import { requiredText, words } from '../inputs.ts';
import { findDeployment, openConfig } from '../open-config.ts';
import type { Output } from '../output.ts';

export const orphansDelete = defineCommand({
  name: 'orphans delete',
  summary: 'Delete a replica that nothing on record accounts for, for good',
  arguments: { replica: requiredText('replica', 'as `godwit orphans list` names it') },
  options: {
    confirm: requiredText('--confirm <deployment>', 'the deployment it belongs to, typed out: this cannot be undone'),
    reason: words('--reason <text>', 'why, for the record'),
  },
  examples: ['godwit orphans delete i-0abc --confirm chat --reason "left by a crash"'],
  formats: ['table', 'json', 'yaml'],
  async run(input, app, out) {
    const config = await openConfig(app, input.globals);
    const { name: deployment } = findDeployment(config, input.options.confirm);
    const { replica } = input.arguments;
    const order = { deployment, replica, reason: input.options.reason };
    const end = await app.deleteOrphan(config, order, app.interrupted);
    return outcomeOf(end, order, app, out);
  },
});

function outcomeOf(
  end: OrphanEnd,
  { deployment, replica }: { readonly deployment: string; readonly replica: string },
  app: App,
  out: Output,
): Outcome {
  const json = { kind: 'OrphanDeleted', deployment, replica, outcome: end.kind };
  const shown = sanitize(replica, 60);
  switch (end.kind) {
    case 'deleted':
      return { exit: 'done', json, text: `Deleted: ${shown} is gone and costs nothing (read back).` };
    case 'not-found':
      return {
        exit: 'usage',
        json,
        note: `error: ${sanitize(deployment, 40)} has no orphan "${shown}"; nothing was changed.  godwit orphans list`,
      };
    case 'refused':
      return {
        exit: 'refused',
        json: { ...json, reasons: end.reasons },
        text: ['Refused now:', ...reasonLines(end.reasons, app.clock.nowMs(), out.dataStyle)].join('\n'),
        note: 'Nothing was changed.',
      };
    case 'failed':
      return {
        exit: 'failed',
        json: { ...json, why: end.why },
        note: `error: ${shown} was not deleted: ${sanitize(end.why)}`,
      };
    case 'unknown':
      return {
        exit: 'unknown',
        json: { ...json, why: end.why },
        note: `Not known: ${sanitize(end.why)}.  godwit orphans list`,
      };
    case 'lease-held': {
      const { name, host, pid } = end.holder;
      const who = `${sanitize(name, 40)}@${sanitize(host, 40)} (pid ${pid})`;
      return {
        exit: 'leaseHeld',
        json,
        note: `${who} holds the lease: nothing was changed. Stop it first, or try again.`,
      };
    }
  }
}
