/** The calls that only a check of a set-up makes: uploads themselves never delete, and set nothing beside the object. */
import type { Answer, RequestContext, StoredObject, WholeBody } from '../../engine/ports';
import { success } from '../../shared/faults';
import type { ObjectKey } from '../../shared/ids';
import { readStoredObject } from './answers';
import { createOssClient } from './oss-client';
import type { ObjectStoreOptions } from './object-store';
import { createTransport } from '../wire/transport';

export interface ProbeStore {
  /**
   * PutObject with headers of its own, in place of what is there. `action` is the right that these need
   * (`PutObjectAcl`), for the words of a refusal.
   */
  put(
    context: RequestContext,
    key: ObjectKey,
    body: WholeBody,
    extra: { readonly action: string; readonly headers: Readonly<Record<string, string>> },
  ): Promise<Answer<StoredObject>>;
  /** An object that is gone already counts as deleted. */
  deleteObject(context: RequestContext, key: ObjectKey): Promise<Answer<void>>;
  close(): void;
}

export function createProbeStore(
  options: ObjectStoreOptions & Required<Pick<ObjectStoreOptions, 'askUploadUrls'>>,
): ProbeStore {
  const transport = createTransport(options);
  const caller = createOssClient({ ...options, transport });
  return {
    put: (context, key, body, { action, headers }) =>
      caller.call(
        context,
        {
          operation: 'PutObject',
          action,
          method: 'PUT',
          key,
          headers: { 'Content-Type': 'application/octet-stream', 'Content-MD5': body.md5, ...headers },
          stores: true,
          body,
        },
        readStoredObject,
      ),
    deleteObject: (context, key) =>
      caller.call(context, { operation: 'DeleteObject', method: 'DELETE', key }, () => success(undefined)),
    close: () => transport.close(),
  };
}
