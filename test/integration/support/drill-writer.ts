import { writeSync } from 'node:fs';
import { GodwitError } from '../../../src/errors.ts';
import { openDrillRecords } from '../../../src/store/drill-records.ts';
import { note } from '../../store/support/drill-drafts.ts';

const [dir = '', text = '', notes = ''] = process.argv.slice(2);
const records = openDrillRecords(dir);
for (let kept = 0; kept < Number(notes); ) {
  try {
    await records.append('dr-1', [note(text)]);
    kept += 1;
    writeSync(1, '.');
  } catch (error) {
    if (!(error instanceof GodwitError && error.code === 'RevisionConflict')) throw error;
    await records.read('dr-1');
  }
}
