/** What a rule is, and where a deployment's values are written. */
import type { Config } from '../model/config.ts';
import type { Deployment } from '../model/deployment.ts';
import type { Path, Source } from './document.ts';
import type { Finding } from './finding.ts';
import type { Sure } from './keep-shape.ts';

export interface Judged {
  readonly source: Source;
  /** With defaults where the file is wrong: `isSure` says which values are the file's meaning. */
  readonly config: Config;
  /** The tree in force, in the words and the order of the file. */
  readonly tree: unknown;
  readonly isSure: Sure;
}

/** Gives its findings at the place to change. */
export type Rule = (judged: Judged) => readonly Finding[];

/** The rule for every deployment. */
export const eachDeployment =
  (check: (judged: Judged, deployment: Deployment) => readonly Finding[]): Rule =>
  (judged) =>
    judged.config.deployments.flatMap((deployment) => check(judged, deployment));

/** A deployment's own value and the file's general one, either of which may be in force. */
export function anyOf(deployment: string, ...path: Path): readonly Path[] {
  return [['deployments', deployment, ...path], path];
}

/** Where the value in force is written: with the deployment, unless only the file's general part says it. */
export function written(source: Source, deployment: string, ...path: Path): Path {
  const own = ['deployments', deployment, ...path];
  return source.lineOf(own) === undefined && source.lineOf(path) !== undefined ? path : own;
}
