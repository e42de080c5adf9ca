/** What people read says times and weights as people say them: no raw milliseconds, no JSON. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const src = join(import.meta.dirname, '../../src');
const files = globSync('{core,engine}/**/*.ts', { cwd: src });

test('looks at the files there are', () => {
  expect(files.length).toBeGreaterThan(50);
});

test.for(files)('%s puts no raw milliseconds and no JSON into a message', (file) => {
  const templates = readFileSync(join(src, file), 'utf8').match(/`[^`\n]*`/g) ?? [];
  expect(templates.filter((text) => /\} ?ms\b|JSON\.stringify/.test(text))).toEqual([]);
});
