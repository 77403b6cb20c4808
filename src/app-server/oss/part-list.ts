import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';

export interface ListedPart {
  readonly partNumber: number;
  /** As OSS wrote it, quotes and all. */
  readonly etag: string;
}

/** One page of ListParts. */
export interface PartPage {
  readonly parts: readonly ListedPart[];
  /** Where the next page begins; null: this was the last. */
  readonly nextMarker: string | null;
}

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  // Entities of a document type are never expanded; the one that an ETag needs is below.
  processEntities: false,
  maxNestedTags: 16,
  isArray: (name) => name === 'Part',
});

const pageSchema = z.object({
  ListPartsResult: z.object({
    IsTruncated: z.enum(['true', 'false']),
    NextPartNumberMarker: z
      .string()
      .regex(/^\d{1,5}$/)
      .optional(),
    Part: z
      .array(z.object({ PartNumber: z.string().regex(/^\d{1,5}$/), ETag: z.string().min(1) }))
      .default([]),
  }),
});

/** Reads a page; null where it is none, or says that there are more and not where. */
export function readPartPage(xml: string): PartPage | null {
  // The parser forgives a document that was cut off; half a list would leave parts out of the object.
  if (/<!DOCTYPE/i.test(xml) || !/<\/ListPartsResult>\s*$/.test(xml)) return null;
  let document: unknown;
  try {
    document = parser.parse(xml);
  } catch {
    return null;
  }
  const read = pageSchema.safeParse(document);
  if (!read.success) return null;
  const { IsTruncated, NextPartNumberMarker, Part } = read.data.ListPartsResult;
  if (IsTruncated === 'true' && NextPartNumberMarker === undefined) return null;
  return {
    parts: Part.map(({ PartNumber, ETag }) => ({
      partNumber: Number(PartNumber),
      etag: ETag.replace(/&(quot|#34);/g, '"'),
    })),
    nextMarker: IsTruncated === 'true' ? (NextPartNumberMarker ?? null) : null,
  };
}

/** The body of CompleteMultipartUpload. */
export function completionBody(parts: readonly ListedPart[]): string {
  const lines = parts.map(
    ({ partNumber, etag }) =>
      `<Part><PartNumber>${partNumber}</PartNumber><ETag>${etag.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`)}</ETag></Part>`,
  );
  return `<CompleteMultipartUpload>${lines.join('')}</CompleteMultipartUpload>`;
}
