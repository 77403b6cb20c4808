import { describe, expect, it } from 'vitest';
import {
  childrenOf,
  escapeXml,
  integerOf,
  parseXml,
  rawTextOf,
  textOf,
} from '../../../../src/oss/object/xml';

describe('parseXml', () => {
  it('keeps numbers as texts and decodes entities once', () => {
    const node = parseXml('<R><A>007</A><B>&amp;lt;</B><C>&#x1F600;&#65;</C><D/><E> x </E></R>', 'R')!;
    expect(['A', 'B', 'C', 'D', 'E', 'F'].map((name) => textOf(node, name))).toEqual([
      '007',
      '&lt;',
      '😀A',
      null,
      'x',
      null,
    ]);
    expect(rawTextOf(node, 'E')).toBe(' x ');
  });

  it.each([
    ['another root', '<X></X>'],
    ['HTML', '<html><p>x</html>'],
    ['a document that was cut off', '<R><A>1</A>'],
    ['nothing', ''],
    ['a document type', '<!DOCTYPE R [<!ENTITY a "aaaa">]><R><A>&a;</A></R>'],
    ['depth', `<R>${'<A>'.repeat(500)}${'</A>'.repeat(500)}</R>`],
  ])('refuses %s', (_, text) => {
    expect(parseXml(text, 'R')).toBeNull();
  });

  it('does not expand entities that it does not know, nor believe in __proto__', () => {
    expect(textOf(parseXml('<R><A>&lol;&#x110000;</A></R>', 'R')!, 'A')).toBe('&lol;&#x110000;');
    const node = parseXml('<R><__proto__><A>1</A></__proto__></R>', 'R');
    expect(node === null ? null : textOf(node, 'A')).toBeNull();
    expect(textOf(parseXml('<R></R>', 'R')!, 'constructor')).toBeNull();
  });
});

describe('reading', () => {
  it('children: none, one, many', () => {
    expect(childrenOf(parseXml('<R></R>', 'R')!, 'P')).toHaveLength(0);
    expect(childrenOf(parseXml('<R><P><A>1</A></P></R>', 'R')!, 'P')).toHaveLength(1);
    expect(childrenOf(parseXml('<R><P><A>1</A></P><P><A>2</A></P></R>', 'R')!, 'P')).toHaveLength(2);
  });

  it.each([
    ['12', 12],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['9007199254740992', null],
    ['-1', null],
    ['1e3', null],
    ['0x10', null],
    ['', null],
  ])('integer %j', (text, expected) => {
    expect(integerOf(parseXml(`<R><N>${text}</N></R>`, 'R')!, 'N')).toBe(expected);
  });
});

it('escapes what could end an element', () => {
  const text = `<&>"'`;
  expect(escapeXml(text)).not.toMatch(/[<>"']/);
  expect(textOf(parseXml(`<R><A>${escapeXml(text)}</A></R>`, 'R')!, 'A')).toBe(text);
});
