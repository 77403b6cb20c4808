/** Whether the object that IMM looked at is the one that was uploaded: IMM says nothing of what it saw but its key. */
import { createObjectStore, type ObjectStoreOptions } from '../../oss/object/object-store';
import type { TemporaryCredentials } from '../../shared/credentials';
import type { DestinationId } from '../../shared/ids';
import type { FaceQuestion } from '../../store/faces/faces-types';

/** Beside the uploads, whose connections these are not. */
const CONNECTIONS = 4;

export interface ObjectWatch {
  /**
   * True only where OSS says so: no object at all, or one with another ETag and another CRC-64 (the same bytes sent in
   * other parts have another ETag). Without the right to read, or without an answer, it counts as what was uploaded.
   */
  isReplaced(question: FaceQuestion, credentials: TemporaryCredentials): Promise<boolean>;
  close(): void;
}

interface Places extends Pick<ObjectStoreOptions, 'destination' | 'now' | 'stallMs'> {
  /** Server time minus local time. */
  readonly clockOffsetMs: (destinationId: DestinationId) => number;
}

export function createObjectWatch({ clockOffsetMs, ...places }: Places): ObjectWatch {
  const inHand = new Map<DestinationId, TemporaryCredentials>();
  const objects = createObjectStore({
    ...places,
    credentials: (destinationId) => inHand.get(destinationId) ?? null,
    connections: CONNECTIONS,
  });
  return {
    async isReplaced({ destinationId, key, etag, crc64 }, credentials) {
      if (etag === null) return false;
      inHand.set(destinationId, credentials);
      const head = await objects.headObject(
        {
          destinationId,
          generation: 0,
          clockOffsetMs: clockOffsetMs(destinationId),
          cancel: { canceled: false, onCancel: () => undefined },
          onSent: () => undefined,
        },
        key,
      );
      if (!head.ok) return false;
      const { value: found } = head;
      return found.kind === 'missing' || (found.etag !== etag && (crc64 === null || found.crc64 !== crc64));
    },
    close: () => objects.close(),
  };
}
