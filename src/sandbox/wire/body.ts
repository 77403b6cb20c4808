import type { Exchange } from './exchange';
import { ClientGone, Refusal } from './refusal';

/** Takes one chunk; the request is paused until a returned promise settles. */
export type ChunkSink = (chunk: Buffer) => Promise<void> | undefined;

/**
 * Feeds the request's body to `sink` and resolves when the last byte has been taken. Rejects with
 * ClientGone where the connection ends before the body does, and with whatever the sink throws.
 */
export function pumpBody(exchange: Exchange, sink: ChunkSink): Promise<void> {
  const { request } = exchange;
  return new Promise((resolve, reject) => {
    let pending: Promise<void> | undefined;
    let settled = false;
    const settle = (error?: Error): void => {
      if (settled) return;
      settled = true;
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      request.resume();
      if (error === undefined) resolve();
      else reject(error);
    };
    const fail = (cause: unknown): void =>
      settle(cause instanceof Error ? cause : new Error('the body could not be taken', { cause }));
    const onClose = (): void => settle(new ClientGone());
    const onEnd = (): void => {
      // The stream closes behind its end while the last chunk is still being written.
      request.off('close', onClose);
      if (!request.complete) settle(new ClientGone());
      else if (pending) pending.then(() => settle(), fail);
      else settle();
    };
    const onData = (chunk: Buffer): void => {
      exchange.receivedBytes += chunk.length;
      try {
        pending = sink(chunk);
      } catch (error) {
        fail(error);
        return;
      }
      if (!pending) return;
      request.pause();
      pending.then(() => {
        pending = undefined;
        if (!settled) request.resume();
      }, fail);
    };
    if (request.destroyed && !request.complete) {
      settle(new ClientGone());
      return;
    }
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}

/** The whole body of a small request. Refuses one over `limitBytes` with EntityTooLarge. */
export async function readBody(exchange: Exchange, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  await pumpBody(exchange, (chunk) => {
    length += chunk.length;
    if (length > limitBytes) throw new Refusal(400, 'EntityTooLarge', 'The request body is too large.');
    chunks.push(chunk);
    return undefined;
  });
  return Buffer.concat(chunks, length);
}

/** Reads the body and forgets it, so that an early answer cannot break a client that is still writing. */
export function drainBody(exchange: Exchange): Promise<void> {
  return pumpBody(exchange, () => undefined);
}
