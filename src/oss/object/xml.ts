import { XMLParser } from 'fast-xml-parser';

/** An element as the parser gives it. Every text stays text: `007` is no number. */
export type XmlNode = Readonly<Record<string, unknown>>;

const MAX_DEPTH = 16;
const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  // Entities are decoded below: the five of XML and numbers, never those of a document type.
  processEntities: false,
  maxNestedTags: MAX_DEPTH,
});
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The root element `name`, or null when the text is no such document. Document types are refused. */
export function parseXml(text: string, name: string): XmlNode | null {
  if (/<!DOCTYPE/i.test(text)) return null;
  // The parser forgives a document that was cut off; half a listing would look like a whole one.
  if (!new RegExp(`(</${name}>|<${name}\\s*/>)\\s*$`).test(text)) return null;
  try {
    const document: unknown = parser.parse(text);
    return isNode(document) ? asNode(own(document, name)) : null;
  } catch {
    return null;
  }
}

/** The text of a child element without surrounding blanks; null when there is none. */
export function textOf(node: XmlNode, name: string): string | null {
  const raw = rawTextOf(node, name);
  return raw === null || raw.trim() === '' ? null : raw.trim();
}

/** The text of a child element to the letter (keys may begin with a blank); null when there is none. */
export function rawTextOf(node: XmlNode, name: string): string | null {
  const value = own(node, name);
  return typeof value === 'string' ? decodeEntities(value) : null;
}

/** All children of a name, also when there is only one, or none. */
export function childrenOf(node: XmlNode, name: string): readonly XmlNode[] {
  const value = own(node, name);
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter(isNode);
}

/** A whole number from 0 that a child element holds, else null. */
export function integerOf(node: XmlNode, name: string): number | null {
  const text = textOf(node, name);
  if (text === null || !/^\d{1,16}$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}

/** Text made safe to stand in an element. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

const isNode = (value: unknown): value is XmlNode => typeof value === 'object' && value !== null;
const own = (node: XmlNode, name: string): unknown => (Object.hasOwn(node, name) ? node[name] : undefined);

/** An empty element is parsed as an empty text. */
function asNode(value: unknown): XmlNode | null {
  if (typeof value === 'string') return {};
  return isNode(value) && !Array.isArray(value) ? value : null;
}

function decodeEntities(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w{2,4}));/gi, (whole, hex, decimal, name) => {
    if (typeof name === 'string') return ENTITIES[name] ?? whole;
    const code = typeof hex === 'string' ? Number.parseInt(hex, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
