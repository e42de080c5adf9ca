import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorCodes } from '../../src/errors.ts';
import { reasonCodes } from '../../src/model/reason.ts';

const sources = globSync('src/**/*.ts', { cwd: new URL('../..', import.meta.url).pathname })
  .map((path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'))
  .join('\n');

test.for(Object.keys(errorCodes))('the error %s is thrown somewhere', (code) => {
  expect(sources).toMatch(new RegExp(`(GodwitError|corrupt|failed)\\(\\s*'${code}'`));
});

test.for(reasonCodes)('the reason %s is given somewhere', (code) => {
  expect(sources).toMatch(new RegExp(`code: '${code}'`));
});
