import type { FaultRule } from '../faults/fault-rules';
import type { Answer } from './answer';
import type { Exchange } from './exchange';

const CRC_HEADER = 'x-oss-hash-crc64ecma';

/**
 * Sends an answer, with what a fault does to it. The answer's status is reported to `onLeaving` before the
 * first byte goes out, null where none goes out: whoever has read an answer finds it in the request log.
 */
export async function sendAnswer(
  exchange: Exchange,
  answer: Answer,
  rule: FaultRule | null,
  onLeaving: (status: number | null) => void,
): Promise<void> {
  const { response, socket } = exchange;
  if (socket.destroyed || rule?.fault === 'lose-answer') {
    onLeaving(null);
    socket.destroy();
    return;
  }
  onLeaving(answer.status);
  const sizeBytes = answer.body === null ? 0 : sizeOf(answer.body);
  const headers = wireHeaders(answer, sizeBytes, rule);
  if (rule?.fault === 'truncate') {
    await sendCut(exchange, answer, headers, sizeBytes > rule.afterBytes ? rule.afterBytes : null);
    return;
  }
  response.sendDate = false;
  response.writeHead(answer.status, headers);
  if (answer.body === null || Buffer.isBuffer(answer.body)) {
    response.end(answer.body ?? undefined);
    return;
  }
  await streamBody(exchange, answer.body.chunks(), Infinity);
  response.end();
}

function sizeOf(body: NonNullable<Answer['body']>): number {
  return Buffer.isBuffer(body) ? body.length : body.sizeBytes;
}

// Node writes header values as latin1; OSS sends UTF-8.
function wireHeaders(answer: Answer, sizeBytes: number, rule: FaultRule | null): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(answer.headers)) {
    headers[name] = Buffer.from(value, 'utf8').toString('latin1');
  }
  if (answer.status !== 204) headers['Content-Length'] ??= String(sizeBytes);
  const crc64 = headers[CRC_HEADER];
  if (rule?.fault === 'wrong-crc' && crc64 !== undefined) headers[CRC_HEADER] = String(BigInt(crc64) ^ 1n);
  return headers;
}

async function streamBody(exchange: Exchange, chunks: AsyncIterable<Buffer>, limit: number): Promise<void> {
  const { response, socket } = exchange;
  let left = limit;
  for await (const chunk of chunks) {
    const piece = chunk.length > left ? chunk.subarray(0, left) : chunk;
    left -= piece.length;
    if (socket.destroyed) return;
    if (!response.write(piece)) await drained(exchange);
    if (left === 0) return;
  }
}

function drained({ response, socket }: Exchange): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    response.on('drain', done);
    socket.on('close', done);
    if (socket.destroyed) done();
  });
}

/** Sends the head and `bodyBytes` of the body, or only half a head where null, and ends the connection. */
async function sendCut(
  exchange: Exchange,
  answer: Answer,
  headers: Record<string, string>,
  bodyBytes: number | null,
): Promise<void> {
  const { response, socket } = exchange;
  if (bodyBytes === null) {
    socket.end(`HTTP/1.1 ${answer.status} \r\nContent-Le`);
    return;
  }
  response.sendDate = false;
  response.writeHead(answer.status, headers);
  response.flushHeaders();
  if (bodyBytes > 0 && Buffer.isBuffer(answer.body)) response.write(answer.body.subarray(0, bodyBytes));
  else if (bodyBytes > 0 && answer.body && 'chunks' in answer.body) {
    await streamBody(exchange, answer.body.chunks(), bodyBytes);
  }
  socket.end();
}
