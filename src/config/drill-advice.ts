/** What a drill that is well written cannot show all the same. */
import type { Deployment } from '../model/deployment.ts';
import type { Drill } from '../model/drill.ts';
import type { Comparison, Expression } from '../model/expression.ts';
import { span } from '../model/words.ts';

export interface Advice {
  /** The expression, or the key, it is about. */
  readonly about: string;
  readonly message: string;
}

/** Nothing of a tabletop: its claims are talked about. */
export function adviseDrill(drill: Drill, deployment: Deployment): readonly Advice[] {
  if (drill.kind === 'tabletop') return [];
  const scene: Scene = { drill, deployment, lastingMs: lastingOf(drill) };
  const claims = drill.hypothesis.flatMap(needed).flatMap((claim) => claimAdvice(claim, scene));
  return [
    ...(drill.hypothesis.length === 0
      ? [{ about: 'hypothesis', message: 'it claims nothing: it can only end inconclusive' }]
      : []),
    ...claims,
    ...drill.steadyState.require.flatMap(needed).flatMap((each) => requireAdvice(each, drill)),
    ...drill.abortIf.flatMap(needed).flatMap((each) => abortAdvice(each, scene)),
  ];
}

interface Scene {
  readonly drill: Drill;
  readonly deployment: Deployment;
  /** From the first fault to the end of the last, or of the stay without a vendor, milliseconds. */
  readonly lastingMs: number;
}

function lastingOf({ faults, exit }: Drill): number {
  return exit?.stayMs ?? Math.max(0, ...faults.map(({ atMs, forMs }) => atMs + forMs));
}

/** Those that must hold: of an `or` nothing is said. */
function needed(expression: Expression): readonly Comparison[] {
  if (expression.kind === 'all') return expression.of.flatMap(needed);
  return expression.kind === 'comparison' ? [expression] : [];
}

function claimAdvice(claim: Comparison, scene: Scene): readonly Advice[] {
  const message =
    tooLate(claim, scene) ??
    always(claim, scene) ??
    tooSoon(claim, scene) ??
    nobodyMoves(claim, scene) ??
    tooFew(claim, scene);
  return message === undefined ? [] : [{ about: claim.text.trim(), message }];
}

function tooLate({ span: over }: Comparison, { lastingMs }: Scene): string | undefined {
  return over?.kind === 'within' && over.ms >= lastingMs
    ? `cannot be measured: all is over ${span(lastingMs)} after the first fault`
    : undefined;
}

/** A request is lost only while something is broken; while some still are, nobody can say when the last one is. */
function always({ signal, comparator, value }: Comparison, { lastingMs, drill }: Scene): string | undefined {
  const isUpper = comparator === '<' || comparator === '<=';
  return signal === 'recoveryTime' && drill.exit === undefined && isUpper && Number(value) >= lastingMs
    ? `cannot be refuted: the faults last only ${span(lastingMs)}`
    : undefined;
}

function tooSoon({ signal, comparator, value }: Comparison, { deployment }: Scene): string | undefined {
  const { failAfterMs } = deployment.failover.detector;
  const isUpper = comparator === '<' || comparator === '<=';
  return signal === 'detectionTime' && isUpper && Number(value) < failAfterMs
    ? `cannot hold: failover.detector.failAfter is ${span(failAfterMs)}`
    : undefined;
}

function nobodyMoves({ signal, comparator, value }: Comparison, { deployment }: Scene): string | undefined {
  const { mode } = deployment.failover;
  if (mode === 'auto') return undefined;
  const isAct = signal === 'decision' && comparator === '=' && value === 'act';
  const least = comparator === '>' ? Number(value) + 1 : comparator === '<' || comparator === '<=' ? 0 : Number(value);
  const isMove = signal === 'moves' && comparator !== '!=' && least > 0;
  return isAct || isMove ? `cannot hold: failover.mode of ${deployment.name} is ${mode}` : undefined;
}

/** What a single request more or less would turn over. */
function tooFew({ signal, comparator, value }: Comparison, { drill: { load }, lastingMs }: Scene): string | undefined {
  if (load.source !== 'generated' || typeof value !== 'number') return undefined;
  const isLoss = signal === 'lostRequests' && (comparator === '<' || comparator === '<=');
  const isGood = signal === 'availability' && (comparator === '>' || comparator === '>=');
  if (!isLoss && !isGood) return undefined;
  const requests = Math.round((load.requestsPerSecond * lastingMs) / 1000);
  const lostRatio = isLoss ? value : 1 - value;
  return lostRatio > 0 && requests * lostRatio < 1
    ? `a single lost request refutes it: the load sends about ${requests} meanwhile`
    : undefined;
}

function requireAdvice({ text, span: over }: Comparison, { steadyState: { observeMs } }: Drill): readonly Advice[] {
  if (over?.kind !== 'for' || over.ms <= observeMs) return [];
  return [
    {
      about: text.trim(),
      message: `cannot be known: steadyState.observe is ${span(observeMs)}, and the drill would never begin`,
    },
  ];
}

function abortAdvice({ text, span: over }: Comparison, { drill, lastingMs }: Scene): readonly Advice[] {
  const longestMs = drill.steadyState.observeMs + lastingMs;
  if (over?.kind !== 'for' || over.ms <= longestMs) return [];
  return [{ about: text.trim(), message: `never ends it: all is over after ${span(longestMs)}` }];
}
