/** The record of the run that was typed: in the state directory, or a file anywhere. */
import { GodwitError } from '../errors.ts';
import type { Config } from '../model/config.ts';
import type { App } from './app.ts';
import type { Globals } from './command.ts';
import { type FoundRun, findRun, summaryOf } from './drill-runs.ts';
import { openConfig } from './open-config.ts';

export interface FoundRecord extends FoundRun {
  /** Undefined: it lies elsewhere, and no configuration was read. */
  readonly config: Config | undefined;
}

/** A run, its drill's name, `last`, or the path of a record that was copied elsewhere. Throws `NotFound`. */
export async function findRecord(app: App, globals: Globals, typed = 'last'): Promise<FoundRecord> {
  if (!/[/\\]|\.json$/.test(typed)) {
    const config = await openConfig(app, globals);
    return { ...(await findRun(await app.drillRecords(config), typed)), config };
  }
  const sight = await app.readDrillRecord(typed);
  if (sight === undefined) throw new GodwitError('NotFound', `there is no file ${typed}`);
  const summary = summaryOf(sight);
  if (sight.kind === 'whole' && summary === undefined)
    throw new GodwitError('UsageInvalid', `${typed} is no record of a drill: it does not begin with one`);
  return { id: summary?.id ?? typed, sight, config: undefined };
}
