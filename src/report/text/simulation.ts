/** Simulated worlds for people: a short timeline of each, then what they came to together. */
import type { SimulatedMishap, SimulatedMoment, SimulatedSeed, SimulatedSiteFault } from '../../model/simulation.ts';
import { span } from '../../model/words.ts';
import type { SimulationSummary, SimulationTerms } from '../simulation-summary.ts';
import { toneOfState, weightsText } from './operation.ts';
import { sanitize } from './sanitize.ts';
import { mark, type Style, type Tone, tint } from './style.ts';
import { cut, padStart, wrap } from './width.ts';

/** Lines of one world's timeline; the JSON has all. */
const mostLines = 40;
const timeWidth = 8;

/** One world: what it came to, then what happened, in order. */
export function seedText(seed: SimulatedSeed, style: Style): string {
  const outages = seed.moments.filter((each) => each.kind === 'outage');
  const lostMs = outages.reduce((sum, { forMs }) => sum + forMs, 0);
  const who = outages.some(({ worstPct }) => worstPct < 100) ? 'some or all users' : 'users';
  const tone: Tone = seed.violations.length > 0 ? 'bad' : seed.troubles.length > 0 ? 'warn' : 'good';
  const gist = [
    `${seed.failovers} ${seed.failovers === 1 ? 'failover' : 'failovers'} in ${span(seed.forMs)}`,
    lostMs === 0 ? 'users served all the time' : `${who} without service for ${span(lostMs)}`,
    ...(seed.smallFaults > 0 ? [`${seed.smallFaults} small faults`] : []),
  ].join(', ');
  const lines = seed.moments.flatMap((moment) => momentLines(moment, style));
  const more = lines.length - mostLines;
  return [
    tint(tone, cut(`${mark(tone, style)}seed ${seed.seed}  ${gist}`, style.width), style),
    ...lines.slice(0, mostLines),
    ...(more > 0 ? [`${' '.repeat(timeWidth)}  and ${more} more: -o json shows them`] : []),
    ...seed.troubles.flatMap((each) => endLines('warn', `in the end, with all mended: ${sanitize(each)}`, style)),
    ...seed.violations.flatMap(({ invariant, message, atMs }) =>
      endLines('bad', `VIOLATION of ${invariant} at ${at(atMs).trim()}: ${sanitize(message)}`, style),
    ),
  ].join('\n');
}

/** Six lines and, where something was wrong, what to do. */
export function simulationText(summary: SimulationSummary, terms: SimulationTerms, style: Style): string {
  const { failovers, outages, longestMs, medianMs, heldBack, unwell, violations } = summary;
  const tone: Tone = violations > 0 ? 'bad' : unwell > 0 || terms.isInterrupted ? 'warn' : 'good';
  const head = `${summary.seeds} of ${terms.seeds} worlds of ${sanitize(terms.deployment, 60)}, mode ${terms.mode}, faults: ${terms.faults.join(', ')}`;
  const held = heldBack.slice(0, 5).map(({ code, times }) => `${code} ${times}x`);
  return [
    tint(tone, cut(`${mark(tone, style)}${head}`, style.width), style),
    `  failovers    ${failovers}`,
    `  no service   ${outages === 0 ? 'never' : `${outages} times, longest ${span(longestMs ?? 0)}, median ${span(medianMs ?? 0)}`}`,
    cut(`  held back    ${held.length === 0 ? 'by nothing' : held.join(', ')}`, style.width),
    `  in the end   ${unwell === 0 ? 'all well in every world' : `not all well in ${unwell} of ${summary.seeds} worlds`}`,
    `  violations   ${violations === 0 ? 'none' : violations}`,
  ].join('\n');
}

function momentLines(moment: SimulatedMoment, style: Style): readonly string[] {
  const [tone, text] = sayWhat(moment);
  return marked(tone, text, at(moment.atMs), style);
}

function endLines(tone: Tone, text: string, style: Style): readonly string[] {
  return marked(tone, text, ' '.repeat(timeWidth), style);
}

/** The mark stands before the first of a text's lines. */
function marked(tone: Tone, text: string, time: string, style: Style): readonly string[] {
  return wrap(text, style.width - timeWidth - 4, 3).map((line, index) =>
    index === 0
      ? `${time}  ${tint(tone, `${mark(tone, style)}${line}`, style)}`
      : `${' '.repeat(timeWidth)}    ${tint(tone, line, style)}`,
  );
}

const faultWords: Readonly<Record<SimulatedSiteFault, string>> = {
  lost: 'is lost',
  crash: 'loses all its replicas',
  one: 'loses a replica',
  hangs: 'hangs',
  errors: 'answers with errors',
  slow: 'is slow',
  'wrong-model': 'serves the wrong model',
};

const mishapWords: Readonly<Record<SimulatedMishap, string>> = {
  'controller-killed': 'the controller is killed',
  'controller-paused': 'the controller stands still',
  'link-cut': 'a link is cut',
  'gateway-restarted': 'the gateway ends and is started again',
  'wall-clock-jumped': 'the wall clock jumps',
  'cloud-refuses': 'a cloud refuses calls',
  'disk-stalled': 'the disk stalls',
  'person-types': 'a person asks for a move',
};

function sayWhat(moment: SimulatedMoment): readonly [Tone, string] {
  switch (moment.kind) {
    case 'fault': {
      const until = moment.forMs === undefined ? '' : ` for ${span(moment.forMs)}`;
      return ['bad', `${sanitize(moment.site, 60)} ${faultWords[moment.fault]}${until}`];
    }
    case 'mishap':
      return ['bad', mishapWords[moment.mishap]];
    case 'decision':
      return ofDecision(moment);
    case 'operation':
      return ofOperation(moment);
    case 'outage': {
      const share = moment.worstPct >= 100 ? 'users' : `${Math.round(moment.worstPct)}% of the users`;
      return ['warn', `${share} without service ${moment.isOpen ? 'to the end' : `for ${span(moment.forMs)}`}`];
    }
  }
}

const decisionWords = {
  stay: 'stays',
  advise: 'advises a move',
  act: 'decides to act',
  steer: 'steers what is under way',
} as const;

function ofDecision({ decision, reasons }: Extract<SimulatedMoment, { kind: 'decision' }>): readonly [Tone, string] {
  const why = reasons.slice(0, 3).map(({ code, message, forMs }) => {
    const more = forMs === undefined ? '' : ` for ${span(forMs)}`;
    return `${code}${more} (${sanitize(message, 100)})`;
  });
  return [decision === 'act' ? 'busy' : 'idle', `${decisionWords[decision]}: ${why.join('; ')}`];
}

function ofOperation(moment: Extract<SimulatedMoment, { kind: 'operation' }>): readonly [Tone, string] {
  const { operation, trigger, state, from, weights, tookMs, error } = moment;
  const where =
    operation === 'start'
      ? ''
      : ` ${from === undefined ? '' : `from ${sanitize(from, 40)} `}to ${weightsText(weights)}`;
  const why = error === undefined ? '' : `: ${sanitize(error)}`;
  return [toneOfState(state), `${trigger} ${operation}${where} ${state} after ${span(tookMs)}${why}`];
}

/** `12:03.4`: minutes, seconds and tenths of virtual time; hours in front when there are any. */
function at(ms: number): string {
  const tenths = Math.max(0, Math.round(ms / 100));
  const [hours, minutes, seconds] = [Math.floor(tenths / 36_000), Math.floor(tenths / 600) % 60, (tenths % 600) / 10];
  const text = `${String(minutes).padStart(hours > 0 ? 2 : 1, '0')}:${seconds.toFixed(1).padStart(4, '0')}`;
  return padStart(hours > 0 ? `${hours}:${text}` : text, timeWidth);
}
