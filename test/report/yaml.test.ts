import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { jsonText } from '../../src/report/json/document.ts';
import { yamlText } from '../../src/report/yaml.ts';
import { hostileStrings, terminalControls } from './hostile.ts';

test('says the same as JSON, whatever the values', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const document = { kind: 'Any', value };
      expect(parse(yamlText(document))).toEqual(JSON.parse(jsonText(document)));
    }),
  );
});

test('no text of others is read as something else', () => {
  const document = { kind: 'Any', values: ['no', '1e3', '2026-11-23', '~', '&a', '*a', '- x', 'a: b', '', '# c'] };
  expect(parse(yamlText(document), { version: '1.1' })).toEqual(JSON.parse(jsonText(document)));
});

test.for(hostileStrings.map((text) => [text]))('nothing for a terminal to act on: %j', ([text = '']) => {
  const document = { kind: 'Any', text, inner: { [text.slice(0, 40)]: text } };
  const yaml = yamlText(document);
  expect(yaml).not.toMatch(terminalControls);
  expect(parse(yaml)).toEqual(JSON.parse(jsonText(document)));
});
