import { defineChange } from '../change.ts';
import { requiredText } from '../inputs.ts';
import { findSite } from '../open-config.ts';

export const switchover = defineChange({
  kind: 'switchover',
  summary: 'Move a deployment to another site while both are healthy',
  options: { to: requiredText('--to <site>', 'where to', 'site') },
  examples: ['godwit switchover chat --to site-b', 'godwit switchover chat --to site-b --yes --timeout 10m -o json'],
  sites: (options, deployment) => ({ from: undefined, to: findSite(deployment, options.to) }),
});
