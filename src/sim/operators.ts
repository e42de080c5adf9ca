/** People at their desks: they ask for this and that, sometimes two of them at once, and an earlier program left work behind. */
import type { JournalDraft } from '../model/journal-entry.ts';
import type { Random } from '../ports/random.ts';
import { drawMove, drawOrder, drawVerb, drawWord, orderWish } from './commands.ts';
import { deploymentOf, isBusy, sayAt, typeAt } from './desk.ts';
import type { Host } from './host.ts';
import { plant } from './planted.ts';
import type { Typed } from './typed.ts';
import type { World } from './world.ts';

/** `isOver`: nobody asks for anything any more. */
export function seatOperators(world: World, isOver: () => boolean): void {
  const [one, other] = [deskOf('desk-1'), deskOf('desk-2')];
  world.desks = [one, other];
  often(world, 'typed', isOver, (kind, random) => {
    act(world, one, kind, random);
    if (random.next() >= 0.3) return;
    const second = kind === 'typed' ? kind : random.next() < 0.5 ? 'verb' : 'order';
    act(world, other, second, random);
  });
  often(world, 'planted', isOver, (_, random) => plant(world, random));
  for (const [index, typed] of world.options.script.entries()) follow(world, typed, deskOf(`desk-${3 + index}`));
}

function deskOf(name: string): Host {
  return { name, life: undefined, lives: 0 };
}

/** `typed`: a plain move. */
type Kind = 'typed' | 'planted' | 'verb' | 'order' | 'word';

function often(
  world: World,
  name: 'typed' | 'planted',
  isOver: () => boolean,
  strikes: (kind: Kind, details: Random) => void,
): void {
  const { every, otherWords } = world.options;
  const meanMs = every[name];
  if (meanMs === 0) return;
  const pace = world.seeds.stream(`pace/${name}`);
  const dice = world.chance.dice(name);
  const others = name === 'typed' ? otherWords : 0;
  // Where nobody says anything else, nobody is there either to take it back in the end.
  const shares: readonly (readonly [Kind, number])[] =
    others === 0
      ? [[name, 1]]
      : [
          ['verb', others * 0.45],
          ['order', others * 0.4],
          ['word', others * 0.15],
          [name, 1 - others],
        ];
  const next = (): void => {
    world.schedule.after(-Math.log(1 - pace.next()) * meanMs, () => {
      if (isOver()) return;
      const strike = dice.roll(shares);
      if (strike !== undefined) strikes(strike.kind, strike.details);
      next();
    });
  };
  next();
}

/** One command at a desk at a time. */
function act(world: World, desk: Host, kind: Kind, random: Random): void {
  if (isBusy(desk)) return;
  if (kind === 'word') return sayAt(world, desk, drawWord(world, random));
  const command =
    kind === 'verb' ? drawVerb(world, random) : kind === 'order' ? drawOrder(world, random) : drawMove(world, random);
  if (command !== undefined) typeAt(world, desk, command);
}

/** Types it once, when its moment has come. */
function follow(world: World, { when, wish, about, isAgain = false }: Typed, desk: Host): void {
  world.desks = [...world.desks, desk];
  const type = (): void => {
    const { kind } = wish;
    if (isAgain && [...world.ghost.operations.values()].some(({ plan }) => plan.kind === kind)) return;
    const operationId = about === undefined ? undefined : orderWish(world, 'hold', about)?.operationId;
    const order = operationId === undefined ? {} : { operationId };
    typeAt(world, desk, { wish: { ...wish, ...order, kind, deployment: deploymentOf(world).name } });
  };
  if ('atMs' in when) return void world.schedule.after(when.atMs - world.schedule.monoMs, type);
  let left = when.count ?? 1;
  world.watchers.push((draft) => {
    if (left === 0 || momentOf(world, draft) !== when.entry) return;
    left -= 1;
    if (left === 0) world.schedule.after(when.afterMs ?? 0, type);
  });
}

/** As a script names it. */
function momentOf(world: World, { body }: JournalDraft): string | undefined {
  if (body.kind === 'operation') return `${body.operation.plan.kind} ${body.operation.state}`;
  if (body.kind !== 'step' || body.part !== undefined) return undefined;
  const step = world.ghost.operations.get(body.operationId)?.plan.steps[body.index];
  return step === undefined ? undefined : `${step.kind} ${body.state}`;
}

/** How often somebody looks whether anything still waits for a word, in virtual milliseconds. */
const lookMs = 2000;

/** Nothing goes wrong any more: somebody takes pauses back and lets go on what is held, as long as there is any. */
export function clearUp(world: World): void {
  const { otherWords, script, every } = world.options;
  if (otherWords === 0 && script.length === 0) return;
  const desk = deskOf('desk-last');
  // The clock has been put right: what still goes by an earlier one would take each word for an old one.
  if (every.wallJump > 0) for (const { life } of world.hosts) life?.kill();
  world.desks = [...world.desks, desk];
  const look = (): void => {
    world.schedule.after(lookMs, look);
    if (isBusy(desk)) return;
    const resume = world.ghost.open?.state === 'held' ? orderWish(world, 'resume', 'open') : undefined;
    if (resume !== undefined) typeAt(world, desk, { wish: resume });
    else if ([...world.newest.standing.values()].some(({ key }) => key === 'pause'))
      sayAt(world, desk, { kind: 'clear', deployment: deploymentOf(world).name, key: 'pause', reason: 'all is well' });
  };
  look();
}
