/** How a command ends that tells a drill's verdict. */
import type { Verdict } from '../model/drill-run.ts';
import type { Exit } from './exit-codes.ts';

/** An interrupted run was undone by somebody else: it proves no more than an aborted one. */
export const exitOfVerdict: Readonly<Record<Verdict, Exit>> = {
  passed: 'done',
  failed: 'drillFailed',
  aborted: 'drillOpen',
  interrupted: 'drillOpen',
  inconclusive: 'drillOpen',
  'not-started': 'refused',
};
