/** `node --import` of this file puts the fault that `SIM_MUTANT` names into whatever is loaded after it. */
import { mutants } from './mutants.ts';
import { installMutant } from './mutate.ts';

const name = process.env['SIM_MUTANT'];
const mutant = mutants.find((each) => each.name === name);
if (mutant === undefined) throw new Error(`SIM_MUTANT=${name}: no such fault`);
installMutant(mutant);
