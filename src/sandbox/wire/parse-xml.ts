/** An element of a parsed document: its own text, and its child elements in order. */
export interface XmlNode {
  readonly name: string;
  readonly text: string;
  readonly children: readonly XmlNode[];
}

const TOKEN =
  /<\?[^>]*\?>|<!--(?:(?!--)[^])*-->|<(\/?)([A-Za-z_][\w.-]*)(?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*(\/?)>|([^<]+)/y;
const ENTITIES = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

interface OpenNode {
  readonly name: string;
  text: string;
  readonly children: OpenNode[];
}

/**
 * The root element of a document, or null where it is not well-formed. Knows elements, text, references,
 * comments and the declaration, which is all that clients of OSS send; a DOCTYPE is not accepted, so no
 * entity can be defined.
 */
export function parseXml(source: string): XmlNode | null {
  const document: OpenNode = { name: '', text: '', children: [] };
  const open = [document];
  const text = source.replace(/^\ufeff/, '');
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (!match) return null;
    const [, closing, name, selfClosing, characters] = match;
    const top = open.at(-1);
    if (!top) return null;
    if (characters !== undefined) {
      const decoded = decode(characters);
      if (decoded === null || (top === document && decoded.trim() !== '')) return null;
      top.text += decoded;
    } else if (name !== undefined && closing === '/') {
      if (top === document || top.name !== name || selfClosing === '/') return null;
      open.pop();
    } else if (name !== undefined) {
      const node: OpenNode = { name, text: '', children: [] };
      top.children.push(node);
      if (selfClosing !== '/') open.push(node);
    }
  }
  return open.length === 1 && document.children.length === 1 ? (document.children[0] ?? null) : null;
}

function decode(text: string): string | null {
  const pieces = text.split('&');
  let decoded = pieces.shift() ?? '';
  for (const piece of pieces) {
    const end = piece.indexOf(';');
    const character = end < 0 ? null : referenced(piece.slice(0, end));
    if (character === null) return null;
    decoded += character + piece.slice(end + 1);
  }
  return decoded;
}

function referenced(name: string): string | null {
  const [, hex, decimal] = /^#(?:x([0-9A-Fa-f]{1,6})|(\d{1,7}))$/.exec(name) ?? [];
  const code = hex === undefined ? Number(decimal ?? NaN) : parseInt(hex, 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : (ENTITIES.get(name) ?? null);
}
