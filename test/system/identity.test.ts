import { execFileSync } from 'node:child_process';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createActor } from '../../src/system/actor.ts';
import { readBootId } from '../../src/system/boot-id.ts';
import { createRandom } from '../../src/system/random.ts';

test('the boot is the same for every reader on this machine', () => {
  expect(readBootId()).toBe(readBootId());
  expect(readBootId()).toMatch(/\S/);
});

test('an actor says who, where and which process', () => {
  expect(createActor('person')).toEqual({
    kind: 'person',
    name: userInfo().username,
    host: hostname(),
    pid: process.pid,
  });
});

test.runIf(process.platform === 'linux' && process.getuid?.() === 0)('a user without a name acts by number', () => {
  const module = join(import.meta.dirname, '../../src/system/actor.ts');
  const script = `import { createActor } from ${JSON.stringify(module)}; process.setuid(54321); console.log(createActor('controller').name);`;
  const name = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(name.trim()).toBe('uid-54321');
});

test('ids are as long as asked for, of base-32 digits, and not repeated', () => {
  const random = createRandom();
  const ids = Array.from({ length: 1000 }, () => random.id(16));
  for (const id of ids) expect(id).toMatch(/^[0-9a-hjkmnp-tv-z]{16}$/);
  expect(new Set(ids).size).toBe(1000);
  expect(random.id(0)).toBe('');
});

test('numbers are spread over [0, 1)', () => {
  const random = createRandom();
  const tenths = new Set<number>();
  for (let round = 0; round < 1000; round++) {
    const value = random.next();
    expect(value).toBeGreaterThanOrEqual(0);
    expect(value).toBeLessThan(1);
    tenths.add(Math.floor(value * 10));
  }
  expect(tenths.size).toBe(10);
});
