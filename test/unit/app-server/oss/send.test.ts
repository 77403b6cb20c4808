import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { OssUnreachable, sendToOss } from '../../../../src/app-server/oss/send';

let server: Server;
afterEach(
  () =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(resolve);
    }),
);

async function asked(listener: RequestListener, path = '/a', host = '127.0.0.1') {
  server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return sendToOss('GET', `http://${host}:${(server.address() as AddressInfo).port}${path}`);
}

describe('sendToOss', () => {
  it('sends the path as it was signed, to names below .localhost on this machine', async () => {
    const answer = await asked(
      (request, response) => response.end(request.url),
      '/a/../b%2Fc?x=%2F',
      'bucket.oss-cn-hangzhou.localhost',
    );
    expect(answer).toMatchObject({ status: 200, body: '/a/../b%2Fc?x=%2F' });
  });

  it.each<[string, RequestListener, string]>([
    [
      'an answer that is too long',
      (_request, response) => response.end(Buffer.alloc(5 * 1024 * 1024)),
      'it gave no answer that can be read',
    ],
    [
      'an answer that is cut off',
      (_request, response) => {
        response.writeHead(200, { 'content-length': 10 });
        response.write('half', () => response.destroy());
      },
      'the connection was cut',
    ],
    ['no answer', (request) => request.socket.destroy(), 'the connection was cut'],
  ])('is OssUnreachable for %s', async (_what, listener, words) => {
    await expect(asked(listener)).rejects.toEqual(new OssUnreachable(words));
  });
});
