import { expect, test } from 'vitest';
import { runSlowly } from '../../src/sim/drain.ts';
import { readJournals, resumeAt } from './journals.ts';

const limit = { timeout: 60_000 };
const journals = [...readJournals()];

test('there are journals of this version, of every scene', () => {
  expect(journals.length).toBeGreaterThan(0);
  for (const [name, { moments }] of journals) expect(moments.length, name).toBeGreaterThan(0);
});

test.for(journals)('what %s left behind at each entry is carried on to its end', limit, async ([, journal]) => {
  for (const moment of journal.moments) {
    const { state, violations, troubles } = await runSlowly(resumeAt(journal, moment));
    expect({ at: moment.at, violations, troubles }).toEqual({ at: moment.at, violations: [], troubles: [] });
    expect(state, moment.at).toBe('done');
  }
});

test('an entry that this version would hash otherwise is no journal of an earlier one', () => {
  const [journal] = [...readJournals().values()];
  const [moment] = journal?.moments ?? [];
  if (journal === undefined || moment === undefined) throw new Error('there is no journal');
  const [first, ...rest] = journal.rows;
  if (first === undefined) throw new Error('it is empty');
  const altered = { ...journal, rows: [{ ...first, hash: '0'.repeat(64) }, ...rest] };
  expect(() => resumeAt(altered, moment).next()).toThrow('entry 1 is hashed otherwise than it was');
});
