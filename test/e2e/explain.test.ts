import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ErrorCode, errorCodes } from '../../src/errors.ts';
import { diagnosisCodes } from '../../src/model/diagnosis.ts';
import { reasonCodes } from '../../src/model/reason.ts';
import { codePages, type PageCode } from '../../src/report/text/code-pages.ts';
import { spawnGodwit } from './support/spawn-godwit.ts';

/** By the lists of the model, not by the table of pages: a page that it lacks is missed here. */
const codes = new Set<PageCode>([...reasonCodes, ...diagnosisCodes, ...(Object.keys(errorCodes) as ErrorCode[])]);

/** With what Node has compiled, dozens of starts cost a third. */
let cache = '';
beforeAll(async () => {
  cache = mkdtempSync(join(tmpdir(), 'godwit-explain-'));
  await explain('CoolDown');
});
afterAll(() => rmSync(cache, { recursive: true, force: true }));

/** No configuration is there to be read: a page must open on any machine. */
function explain(code: string) {
  return spawnGodwit(['explain', code], { cwd: '/', env: { NODE_COMPILE_CACHE: cache } });
}

test.concurrent.for([...codes])('godwit explain %s says what it means and what to do', async (code, context) => {
  const ended = await explain(code);
  context.expect(ended).toMatchObject({ code: 0, stderr: '' });
  context.expect(ended.stdout).toMatch(new RegExp(`^${code}  \\((reason|diagnosis|error)\\)\n`));
  const { means, todo } = codePages[code];
  context.expect(ended.stdout.replaceAll(/\s+/g, ' ')).toContain(` ${means} do ${todo} `);
});

test('no page is of a code that nothing can say', () => {
  expect(Object.keys(codePages).sort()).toEqual([...codes].sort());
});
