import { GodwitError } from '../../errors.ts';
import type { OrphanReport } from '../../model/orphan.ts';
import type { Replica } from '../../model/replica.ts';
import { sanitize } from '../../report/text/sanitize.ts';
import { defineCommand } from '../command.ts';
import { requiredText, words } from '../inputs.ts';
import { openConfig } from '../open-config.ts';

export const orphansAdopt = defineCommand({
  name: 'orphans adopt',
  summary: 'Record that a replica is ours, though no operation started it',
  arguments: { replica: requiredText('replica', 'as `godwit orphans list` names it') },
  options: { reason: words('--reason <text>', 'where it comes from, for the record') },
  examples: ['godwit orphans adopt i-0abc --reason "started by hand on Monday"'],
  formats: ['table', 'json', 'yaml'],
  async run(input, app) {
    const config = await openConfig(app, input.globals);
    const { reason } = input.options;
    const found = only(await app.findOrphans(config, app.interrupted), input.arguments.replica);
    const { deployment, site, id: replica } = found;
    await app.say(config, {
      ...{ kind: 'set', deployment },
      standing: { kind: 'adopted', site, replica, reason, untilMs: undefined },
    });
    return {
      exit: 'done',
      json: { kind: 'OrphanAdopted', deployment, site, replica },
      text: `Adopted: ${sanitize(replica, 60)} at ${sanitize(site, 40)} is on record as ours.`,
    };
  },
});

/** Throws `NotFound`, also when two sites use the name: neither is meant by it. */
function only({ orphans, unseen }: OrphanReport, id: string): Replica {
  const [first, second] = orphans.filter(({ replica }) => replica.id === id);
  if (first !== undefined && second === undefined) return first.replica;
  const [away] = unseen;
  const hint = away === undefined ? 'godwit orphans list' : `${away.site} cannot be read: ${away.why}`;
  throw new GodwitError('NotFound', second === undefined ? `there is no orphan "${id}"` : `two sites have a "${id}"`, {
    hint,
  });
}
