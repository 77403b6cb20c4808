import { parseXml, type XmlNode } from '../wire/parse-xml';
import { Refusal } from '../wire/refusal';

/** A part as a client names it in CompleteMultipartUpload; the ETag without quotes. */
export interface NamedPart {
  readonly partNumber: number;
  readonly etag: string;
}

/** Reads the body of CompleteMultipartUpload; throws MalformedXML on any other document. */
export function parseCompletion(text: string): NamedPart[] {
  const root = parseXml(text);
  const parts =
    root?.name === 'CompleteMultipartUpload' ? root.children.filter(({ name }) => name === 'Part') : [];
  if (parts.length === 0) throw malformedXml();
  return parts.map((part) => {
    const partNumber = childText(part, 'PartNumber');
    if (!/^\d{1,5}$/.test(partNumber)) throw malformedXml();
    return { partNumber: Number(partNumber), etag: childText(part, 'ETag').replace(/^"|"$/g, '') };
  });
}

function childText(node: XmlNode, name: string): string {
  const child = node.children.find((candidate) => candidate.name === name);
  if (!child) throw malformedXml();
  return child.text.trim();
}

/** OSS's answer to a document that is not the one it expects. */
export function malformedXml(): Refusal {
  return new Refusal(400, 'MalformedXML', 'The XML you provided was not well-formed or did not validate.', {
    ec: '0031-00000001',
  });
}
