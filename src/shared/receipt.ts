/** A receipt: JSON lines that say what is in the bucket, with the proof of each object, and that they are whole. */
import { z } from 'zod';

const bytes = z.int().nonnegative();
const moment = z.iso.datetime();

/** The first line. */
export const receiptHeaderSchema = z.object({
  receipt: z.literal(1),
  /** Who wrote it: name and version. */
  app: z.string(),
  region: z.string(),
  bucket: z.string(),
  endpoint: z.string(),
  startedAt: moment,
});
export type ReceiptHeader = z.infer<typeof receiptHeaderSchema>;

/** One file that is in the bucket: proven by us, or found to be there already. */
export const receiptLineSchema = z.object({
  key: z.string().min(1),
  path: z.string(),
  size: bytes,
  mtime: moment,
  /** Unsigned decimal, as OSS writes it. */
  crc64: z.string().regex(/^\d{1,20}$/),
  etag: z.string(),
  versionId: z.string().optional(),
  requestIds: z.array(z.string()),
  /** Parts may be left in the bucket beside it, which the sign-in could not abort. */
  possibleOrphan: z.literal(true).optional(),
  state: z.enum(['done', 'skipped']),
  at: moment,
});
export type ReceiptLine = z.infer<typeof receiptLineSchema>;

/** The last line: what became of the whole folder, and SHA-256 (hex) of all bytes above. */
export const receiptEndSchema = z.object({
  summary: z.record(z.string(), z.unknown()),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type ReceiptEnd = z.infer<typeof receiptEndSchema>;
