/** A child of an XML element: text, nested elements, or null to leave it out. */
type XmlValue = string | number | boolean | null | readonly XmlElement[];
/** An element as name and content. */
export type XmlElement = readonly [name: string, value: XmlValue];

// XML 1.0 has no way to write most control characters; OSS lets clients ask for encoding-type=url instead.
function escapeCharacter(character: string): string {
  switch (character) {
    case '&':
      return '&amp;';
    case '<':
      return '&lt;';
    case '>':
      return '&gt;';
    case '"':
      return '&quot;';
    default:
      return `&#${character.charCodeAt(0)};`;
  }
}

/** Text as it may stand inside an element. */
function escapeXml(text: string): string {
  return text.replace(/[&<>"\r\n\t]/g, escapeCharacter);
}

function render([name, value]: XmlElement): string {
  if (value === null) return '';
  if (typeof value === 'object') return `<${name}>${value.map(render).join('')}</${name}>`;
  return `<${name}>${escapeXml(String(value))}</${name}>`;
}

/** A whole document with its declaration. */
export function xmlDocument(root: string, children: readonly XmlElement[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${render([root, children])}`;
}
