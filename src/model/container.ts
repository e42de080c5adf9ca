/** A model server that comes as a container image, and what can be handed to one through data that others can read. */
import { secretLike } from './secret-like.ts';

/** Whose devices the container gets. */
export const gpus = ['nvidia', 'amd', 'none'] as const;

export interface ContainerSpec {
  /** Reference of the image, such as `vllm/vllm-openai:v0.18.0`. */
  readonly image: string;
  /** Arguments after those that the server is known to need; filled in like a command. */
  readonly args: readonly string[];
  readonly gpu: (typeof gpus)[number];
}

/** One value that cannot be handed over. */
export interface UnfitValue {
  readonly at: { readonly env: string } | { readonly arg: number };
  /** Never holds the value. */
  readonly why: string;
  readonly todo: string;
}

/**
 * What cannot reach a container unchanged, and what should not: machines get their containers' values in data that whoever
 * may describe the machine can read.
 */
export function unfitValues(env: Readonly<Record<string, string>>, args: readonly string[]): readonly UnfitValue[] {
  const found = (at: UnfitValue['at'], fault: Fault | undefined) => (fault === undefined ? [] : [{ at, ...fault }]);
  return [
    ...Object.entries(env).flatMap(([name, value]) => found({ env: name }, nameFault(name) ?? valueFault(name, value))),
    ...args.flatMap((arg, index) => found({ arg: index }, argFault(arg, args[index - 1]))),
  ];
}

type Fault = Pick<UnfitValue, 'why' | 'todo'>;

function nameFault(name: string): Fault | undefined {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
    ? undefined
    : { why: 'is no name of an environment variable', todo: 'write it like { NAME: "value" }' };
}

/** `--name=value`, or a value after its `--name`. */
function argFault(arg: string, before: string | undefined): Fault | undefined {
  const [, name, value] = /^--?([\w-]+)=(.*)$/s.exec(arg) ?? [];
  const [, flag] = /^--?([\w-]+)$/.exec(before ?? '') ?? [];
  return valueFault(name ?? flag, value ?? arg);
}

function valueFault(name: string | undefined, value: string): Fault | undefined {
  if (value.includes('\0') || !value.isWellFormed())
    return { why: 'holds characters that no program can be given', todo: 'leave out NUL and broken characters' };
  const what = secretLike(name, value);
  return what === undefined
    ? undefined
    : {
        why: `looks like a secret (${what}), and whoever may describe the machine can read it there`,
        todo: 'keep it in the cloud’s secret manager, and let the machine read it by its own role',
      };
}
