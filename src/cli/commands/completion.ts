import { defineCommand } from '../command.ts';
import { completionScripts } from '../completion-scripts.ts';
import { requiredChoice } from '../inputs.ts';

export const completion = defineCommand({
  name: 'completion',
  summary: 'Print what makes Tab complete in a shell: bash, zsh or fish',
  arguments: { shell: requiredChoice('shell', 'which one', ['bash', 'zsh', 'fish']) },
  options: {},
  examples: [
    'source <(godwit completion bash)    in this shell; put it in ~/.bashrc for all',
    'source <(godwit completion zsh)     the same, in ~/.zshrc after compinit',
    'godwit completion fish > ~/.config/fish/completions/godwit.fish',
  ],
  formats: ['table'],
  async run(input) {
    return { exit: 'done', text: completionScripts[input.arguments.shell] };
  },
});
