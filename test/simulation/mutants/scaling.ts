/** Faults in giving a site another number of replicas: what goes, when, and what must stay. */
import type { Mutant } from './mutant.ts';

const trim = 'src/engine/trim.ts';

export const scalingMutants: readonly Mutant[] = [
  {
    name: 'trim-takes-one-that-stays',
    file: 'src/core/plan/scale.ts',
    find: 'site: name, keep: replicas, ...inSlots, how, drainMs },',
    replace: 'site: name, keep: Math.max(1, replicas) - 1, ...inSlots, how, drainMs },',
    breaks: ['I12'],
    why: 'slots count from 0: a number is taken for the last slot',
  },
  {
    name: 'trim-stops-while-requests-run',
    file: trim,
    find: 'const idle = withdrawn.filter(({ id }) => !running.has(id));',
    replace: 'const idle = withdrawn.filter(({ id }) => id !== "" || running.has(id));',
    breaks: ['I21'],
    why: 'it gets nothing new, so it is thought to have nothing left',
  },
  {
    name: 'trim-stops-what-is-sent-requests',
    file: trim,
    find: 'const withdrawn = beyond.filter(isWithdrawn(route.value));',
    replace: 'const withdrawn = beyond.filter(() => isWithdrawn(route.value) !== undefined);',
    breaks: ['I20', 'I21'],
    why: 'the loop publishes it as draining anyway; whether the gateway has it is not asked',
  },
  {
    name: 'number-stands-though-it-failed',
    file: 'src/core/standing-after.ts',
    find: '...(isDone ? insteadOfConfigured(ended, nowMs) : []),',
    replace: '...insteadOfConfigured(ended, nowMs),',
    breaks: ['I32'],
    why: 'the person wanted it so; what could not be had is then missing for good',
  },
];
