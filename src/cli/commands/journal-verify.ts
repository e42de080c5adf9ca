import { defineCommand } from '../command.ts';
import { openConfig } from '../open-config.ts';

export const journalVerify = defineCommand({
  name: 'journal verify',
  summary: 'Check that the journal is complete and was not changed',
  arguments: {},
  options: {},
  examples: ['godwit journal verify', 'godwit journal verify -o json'],
  formats: ['table', 'json'],
  async run(input, app, out) {
    const config = await openConfig(app, input.globals);
    const progress = await out.progress('reading the journal');
    const verdict = await app.verifyJournal(config).finally(() => progress.stop());
    if (verdict.kind === 'ok') {
      const { path, entries, head } = verdict;
      return {
        exit: 'done',
        json: { kind: 'JournalReport', intact: true, path, entries, head },
        text: `intact: ${entries} entries, head ${head.seq} ${head.hash.slice(0, 12)}, ${path}`,
      };
    }
    const { path, entries, seq, why } = verdict;
    return {
      exit: 'failed',
      json: { kind: 'JournalReport', intact: false, path, entries, seq, why },
      text: `BROKEN at entry ${seq} of ${path}: ${why}`,
      note: `${entries} entries before it are intact. Nothing was changed: keep a copy of ${path} before anything else`,
    };
  },
});
