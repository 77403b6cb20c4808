import type { StoredObject } from '../../storage/records';
import type { Answer } from '../../wire/answer';
import { xmlDocument } from '../../wire/xml';
import { textAnswer } from '../../wire/answer';
import { emptyAnswer, type Bucket } from '../call';
import { answerUpload } from '../after-upload';
import { storeObject } from '../store-object';
import { alreadyExists, checkBodyLength, MAX_BODY_BYTES } from '../upload-headers';
import type { Exchange } from '../../wire/exchange';
import type { AcceptedForm } from './accept-form';
import { checkNotTooLarge, checkNotTooSmall } from './post-policy';
import { MAX_FIELDS_BYTES, readForm, type FormFile } from './read-form';

/** Judges a form by its fields alone; throws to refuse it. */
export type AcceptForm = (fields: ReadonlyMap<string, string>, file: FormFile) => AcceptedForm;

/** PostObject: a form whose fields are judged before the first byte of its file is kept. */
export async function postObject(exchange: Exchange, bucket: Bucket, accept: AcceptForm): Promise<Answer> {
  checkBodyLength(exchange, MAX_BODY_BYTES + MAX_FIELDS_BYTES);
  const { epoch } = bucket.store;
  const { form, body } = await receiveForm(exchange, bucket, accept);
  const { key, headers } = form;
  const check = (): void => refuseOverwrite(bucket, form);
  const object = storeObject(bucket, body, { key, headers, nowMs: exchange.nowMs, epoch, check });
  const plain = answerOf(exchange, bucket, form, object);
  const { callback } = form;
  return answerUpload({ exchange, bucket, object, operation: 'PostObject', callback }, plain);
}

type Received = { form: AcceptedForm; body: Parameters<typeof storeObject>[1] };

async function receiveForm(exchange: Exchange, bucket: Bucket, accept: AcceptForm): Promise<Received> {
  const intake = await bucket.receiver.open();
  let form: AcceptedForm | null = null;
  let sizeBytes = 0;
  try {
    await readForm(exchange, {
      begin: (fields, file) => {
        form = accept(fields, file);
        refuseOverwrite(bucket, form);
      },
      take: (chunk) => {
        sizeBytes += chunk.length;
        if (form) checkNotTooLarge(form.policy, sizeBytes, MAX_BODY_BYTES);
        return intake.take(chunk);
      },
    });
    const accepted = form as AcceptedForm | null;
    if (!accepted) throw new Error('a form that was read was accepted');
    checkNotTooSmall(accepted.policy, sizeBytes);
    return { form: accepted, body: await intake.finish() };
  } catch (error) {
    await intake.discard();
    throw error;
  }
}

function refuseOverwrite(bucket: Bucket, form: AcceptedForm): void {
  if (form.forbidsOverwrite && bucket.store.object(form.key)) throw alreadyExists('0026-00000002');
}

// OSS: 200 and 201 where the form asks for them, a redirect where it names a place, else 204.
function answerOf(exchange: Exchange, bucket: Bucket, form: AcceptedForm, object: StoredObject): Answer {
  const etag = `"${object.etag}"`;
  const headers = { ETag: etag, 'x-oss-hash-crc64ecma': object.crc64 };
  if (form.redirect !== null) {
    const place = new URL(form.redirect);
    place.searchParams.set('bucket', bucket.name);
    place.searchParams.set('key', object.key);
    place.searchParams.set('etag', etag);
    return emptyAnswer(303, { ...headers, Location: place.href });
  }
  if (form.successStatus !== 201) return emptyAnswer(form.successStatus, headers);
  const location = `http://${exchange.host}/${object.key.split('/').map(encodeURIComponent).join('/')}`;
  const document = xmlDocument('PostResponse', [
    ['Bucket', bucket.name],
    ['Location', location],
    ['Key', object.key],
    ['ETag', etag],
  ]);
  return textAnswer(201, 'application/xml', document, { ...headers, Location: location });
}
