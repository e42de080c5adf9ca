/** What known model servers must be told besides the user's own arguments: which model, under which name, on which port. */

interface KnownServer {
  /** Of the image's repository, without registry, tag and digest. */
  readonly image: RegExp;
  readonly args: readonly (readonly [option: string, value: string])[];
}

const known: readonly KnownServer[] = [
  {
    // Its container takes the model as an option; a bare name is ignored there, and its default model served (vllm #32292).
    // https://docs.vllm.ai/en/stable/deployment/docker/, checked 2026-11-27.
    image: /(?:^|\/)vllm(?:-[\w-]+)?$/,
    args: [
      ['--model', '${model}'],
      ['--served-model-name', '${model}'],
      ['--port', '${port}'],
    ],
  },
  {
    // https://huggingface.co/docs/text-embeddings-inference/cli_arguments, checked 2026-11-27.
    image: /(?:^|\/)text-(?:embeddings|generation)-inference$/,
    args: [
      ['--model-id', '${model}'],
      ['--port', '${port}'],
    ],
  },
];

/** To be filled in. What the user's own arguments say already is left to them; an unknown server gets nothing but those. */
export function serverArgs(image: string, own: readonly string[]): readonly string[] {
  const repository = image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  const args = known.find((each) => each.image.test(repository))?.args ?? [];
  const said = new Set(own.map((each) => each.replace(/=.*$/s, '').replaceAll('_', '-')));
  return [...args.filter(([option]) => !said.has(option)).flat(), ...own];
}
