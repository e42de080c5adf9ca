import { expect, test } from 'vitest';
import { spawnGodwit } from './support/spawn-godwit.ts';

/** No configuration is there to be read, and no SDK may be loaded: an error is explained on any machine. */
function explain(...argv: string[]) {
  return spawnGodwit(['explain', 'error', ...argv], { cwd: '/' });
}

test.concurrent.for([
  { argv: ['aws', '--code', 'RequestLimitExceeded', '--status', '503'], says: /\(aws: throttled\)/ },
  { argv: ['azure', '--code', 'NicReservedForAnotherVm', '--status', '400'], says: /not before 3m/ },
  { argv: ['gcp', '--code', 'rateLimitExceeded', '--status', '403'], says: /\(gcp: throttled\)/ },
])('$argv is explained by the program itself', async ({ argv, says }, { expect: expected }) => {
  const ended = await explain(...argv);
  expected(ended).toMatchObject({ code: 0, stderr: '' });
  expected(ended.stdout).toMatch(says);
});

test.for(['oracle', 'constructor', 'local'])('%s has no table, which is a usage error', async (cloud) => {
  const ended = await explain(cloud, '--code', 'LimitExceeded');
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toContain('known: aws, azure, gcp');
  expect(ended.stderr).not.toContain('changed');
});

test('a page of a code is found as before, also by its neighbour', async () => {
  expect((await spawnGodwit(['explain', 'CoolDown'], { cwd: '/' })).stdout).toMatch(/^CoolDown {2}\(reason\)/);
  expect((await explain('--help')).stdout).toContain('godwit explain error PROVIDER');
});
