/** What the engine is given: ports and the configuration. It knows the world through nothing else. */
import type { Config } from '../model/config.ts';
import type { Actor } from '../model/operation.ts';
import type { Clock } from '../ports/clock.ts';
import type { Exec } from '../ports/exec.ts';
import type { Probe } from '../ports/probe.ts';
import type { Provider } from '../ports/provider.ts';
import type { Random } from '../ports/random.ts';
import type { Reporter } from '../ports/reporter.ts';
import type { Store } from '../ports/store.ts';
import type { TrafficDriver } from '../ports/traffic-driver.ts';
import type { ExaminationBook } from './examination-book.ts';

export interface EngineDeps {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly store: Store;
  /** One session per site of the configuration, by site name. */
  readonly providers: ReadonlyMap<string, Provider>;
  readonly traffic: TrafficDriver;
  readonly probe: Probe;
  readonly reporter: Reporter;
  readonly actor: Actor;
  /** Runs programs that drills name; absent: none is run. */
  readonly exec?: Exec;
  /** What this process found when it looked at sites as `godwit doctor` does; absent: it does not. */
  readonly examined?: ExaminationBook;
}

/** When to stop: the signal, or a condition looked at in every turn. */
export interface Until {
  readonly stop: AbortSignal;
  isDone(): boolean;
}
