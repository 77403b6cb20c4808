import { expect, test } from 'vitest';
import { parseXml } from '../../../../src/sandbox/wire/parse-xml';
import { xmlDocument } from '../../../../src/sandbox/wire/xml';

test('reads elements, text, references, comments and a declaration', () => {
  const root = parseXml(
    '\ufeff<?xml version="1.0"?>\n<A x="1" y=\'2\'><!-- no --><B>&quot;a&amp;b&#20013;&#x6587;&quot;</B><C/></A>\n',
  );
  expect(root).toEqual({
    name: 'A',
    text: '',
    children: [
      { name: 'B', text: '"a&b中文"', children: [] },
      { name: 'C', text: '', children: [] },
    ],
  });
});

test('reads back what it writes', () => {
  const text = '<&>"\'\r\n\t 中文 😀 ]]>';
  const root = parseXml(
    xmlDocument('Root', [
      ['Key', text],
      ['None', null],
      ['List', [['Item', 1]]],
    ]),
  );
  expect(root?.children[0]?.text).toBe(text);
  expect(root?.children.map((child) => child.name)).toEqual(['Key', 'List']);
});

test.each([
  [''],
  ['text'],
  ['<A>'],
  ['<A></B>'],
  ['<A/><B/>'],
  ['</A>'],
  ['<A>&unknown;</A>'],
  ['<A>&amp</A>'],
  ['<A b></A>'],
  ['<!DOCTYPE A [<!ENTITY b "c">]><A>&b;</A>'],
  ['<A/>text'],
])('refuses %s', (text) => {
  expect(parseXml(text)).toBeNull();
});
