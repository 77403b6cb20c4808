import type { Answer, NewObjectOptions, RequestContext, SealedBody, StoredObject } from '../../engine/ports';
import { failure, fault, type Fault } from '../../shared/faults';
import type { ObjectKey } from '../../shared/ids';
import { readStoredObject } from './answers';
import type { OssClient, OssClientOptions } from './oss-client';
import { formOf } from './post-form';

/** PostObject: the form of a post policy. See ObjectStorePort for what it promises. */
export function postObject(
  caller: OssClient,
  options: Pick<OssClientOptions, 'destination' | 'credentials'>,
  context: RequestContext,
  key: ObjectKey,
  body: SealedBody,
  write: NewObjectOptions,
): Promise<Answer<StoredObject>> {
  const refuse = (why: Fault): Promise<Answer<never>> =>
    Promise.resolve({ ...failure(why), clockOffsetMs: null });
  const profile = options.destination(context.destinationId);
  const grant = options.credentials(context.destinationId, context.generation);
  if (profile === null || grant?.kind !== 'post-policy')
    return refuse(fault('credentials-missing', 'There is no post policy for this destination.'));
  const form = formOf(profile, grant, { key, tagging: write.tagging ?? null }, body);
  if (!form.ok) return refuse(form.fault);
  return caller.call(
    context,
    {
      operation: 'PostObject',
      action: 'PutObject',
      method: 'POST',
      key: null,
      isForm: true,
      stores: true,
      // A policy that has a condition on it wants it said either way.
      headers: {
        'Content-Type': form.value.contentType,
        'x-oss-forbid-overwrite': String(write.forbidOverwrite),
      },
      body: form.value.body,
      onSent: (bytes) => context.onSent(bytes),
    },
    readStoredObject,
  );
}
