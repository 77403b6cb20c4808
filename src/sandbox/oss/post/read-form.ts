import { Busboy, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy';
import { pumpBody } from '../../wire/body';
import type { Exchange } from '../../wire/exchange';
import { Refusal } from '../../wire/refusal';

/** What the part of a form that carries the file says of it. */
export interface FormFile {
  /** Without any path; null where the part is plain text. */
  readonly filename: string | null;
  /** Without parameters; `text/plain` where the part names none, as the parser has it. */
  readonly contentType: string;
}

/** Takes a form as it arrives. */
export interface FormReceiver {
  /** Called once, before the first byte of the file, with all fields in front of it; throws to refuse the form. */
  begin(fields: ReadonlyMap<string, string>, file: FormFile): void;
  /** Takes a chunk of the file; the client waits until a returned promise settles. */
  take(chunk: Buffer): Promise<void> | undefined;
}

/** The most that all fields but the file may make of a body. */
export const MAX_FIELDS_BYTES = 1 << 20;
// The documents: no field but `file` may be over 8 KB.
const MAX_FIELD_BYTES = 8 << 10;
const MAX_FIELDS = 100;
const BUFFER_BYTES = 1 << 20;

/**
 * Reads a multipart/form-data body and streams its file to the receiver. Names of fields are handed over in
 * lower case, since OSS takes them in any; of fields of one name the first counts. Throws OSS's refusals for a
 * body that is no such form, has no file, a field behind it, or fields that are too long, and ClientGone
 * where it ends early. After a refusal the rest of the body is read and dropped.
 */
export function readForm(exchange: Exchange, receiver: FormReceiver): Promise<void> {
  const parser = openParser(exchange);
  const fields = new Map<string, string>();
  let hasFile = false;
  return new Promise((resolve, reject) => {
    let isOver = false;
    const over = (settle: () => void): void => {
      if (isOver) return;
      isOver = true;
      settle();
      parser.emit('drain');
    };
    const fail = (cause: unknown): void =>
      over(() => reject(cause instanceof Error ? cause : new Error('the form was not taken', { cause })));
    const guarded = (act: () => void): void => {
      if (isOver) return;
      try {
        act();
      } catch (error) {
        fail(error);
      }
    };
    parser.on('field', (name: string | undefined, value, _nameTruncated, isTooLong) =>
      guarded(() => addField(fields, name, value, isTooLong, hasFile)),
    );
    parser.on('file', (_name, file, filename: string | undefined, _encoding, contentType) => {
      guarded(() => {
        hasFile = true;
        receiver.begin(fields, { filename: filename ?? null, contentType });
      });
      file.on('error', () => fail(malformedForm()));
      file.on('data', (chunk: Buffer) =>
        guarded(() => {
          const taken = receiver.take(chunk);
          if (!taken) return;
          file.pause();
          taken.then(() => file.resume(), fail);
        }),
      );
    });
    parser.on('filesLimit', () => fail(wrongNumberOfFiles()));
    parser.on('fieldsLimit', () => fail(tooLong('There are too many fields in the form.')));
    parser.on('error', () => fail(malformedForm()));
    parser.on('finish', () => over(() => (hasFile ? resolve() : reject(wrongNumberOfFiles()))));
    pumpBody(exchange, (chunk) => (isOver || parser.write(chunk) ? undefined : drained(parser))).then(
      () => parser.end(),
      fail,
    );
  });
}

function openParser(exchange: Exchange): BusboyInstance {
  const contentType = exchange.headers.get('content-type') ?? '';
  if (!/^multipart\/form-data\b/i.test(contentType)) {
    throw new Refusal(
      412,
      'PreconditionFailed',
      'At least one of the pre-conditions you specified did not hold.',
      { fields: { Condition: 'Bucket POST must be of the enclosure-type multipart/form-data' } },
    );
  }
  const headers: BusboyHeaders = { 'content-type': contentType };
  try {
    return new Busboy({
      headers,
      highWaterMark: BUFFER_BYTES,
      fileHwm: BUFFER_BYTES,
      isPartAFile: (name) => name?.toLowerCase() === 'file',
      limits: { fieldSize: MAX_FIELD_BYTES, fields: MAX_FIELDS, files: 1 },
    });
  } catch {
    throw malformedForm();
  }
}

function addField(
  fields: Map<string, string>,
  name: string | undefined,
  value: string,
  isTooLong: boolean,
  isBehindFile: boolean,
): void {
  // OSS: `file` is the last field of the form.
  if (name === undefined || name === '' || isBehindFile) throw malformedForm();
  if (isTooLong) throw tooLong('Your form field is too long.');
  const known = name.toLowerCase();
  if (!fields.has(known)) fields.set(known, value);
}

function drained(parser: BusboyInstance): Promise<void> {
  return new Promise((resolve) => void parser.once('drain', () => resolve()));
}

function malformedForm(): Refusal {
  return new Refusal(
    400,
    'MalformedPOSTRequest',
    'The body of your POST request is not well-formed multipart/form-data.',
    { ec: '0006-00000103' },
  );
}

function wrongNumberOfFiles(): Refusal {
  return new Refusal(
    400,
    'IncorrectNumberOfFilesInPOSTRequest',
    'POST requires exactly one file upload per request.',
  );
}

function tooLong(message: string): Refusal {
  return new Refusal(400, 'FieldItemTooLong', message);
}
