/** Whether what would be started could be asked for at all, as far as that shows before a machine is made. Pure. */
import type { PartCheck } from '../../model/access.ts';
import type { StartRequest } from '../../ports/provider.ts';
import type { StartupData } from './startup-data.ts';

/** Of each start what its machine would be told to run: a refusal that a start would give is given here. None for those that are told nothing. */
export function startupParts(
  starts: readonly StartRequest[],
  startupOf: (request: StartRequest) => StartupData,
): readonly PartCheck[] {
  return starts.flatMap((request): readonly PartCheck[] => {
    const name = `start-up data of ${request.deployment}`;
    const startup = startupOf(request);
    if (startup.kind === 'none') return [];
    if (startup.kind === 'data') return [{ name, present: 'yes' }];
    const { code, message } = startup.error;
    return [{ name, present: 'no', message: `${code}: ${message}` }];
  });
}
