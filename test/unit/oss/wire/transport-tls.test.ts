import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import * as https from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { WireRequest } from '../../../../src/oss/wire/exchange';
import { createTransport } from '../../../../src/oss/wire/transport';
import { bodyReceived, createCancel, reusedBufferBody } from '../scripted-server';
import { TEST_CERTIFICATE, TEST_PRIVATE_KEY } from '../test-certificate';

let server: https.Server;
let connections = 0;
let arrived: Uint8Array = new Uint8Array(0);

beforeEach(async () => {
  connections = 0;
  server = https.createServer({ cert: TEST_CERTIFICATE, key: TEST_PRIVATE_KEY }, (request, response) => {
    void bodyReceived(request).then((body) => {
      arrived = body;
      response.end();
    });
  });
  server.on('secureConnection', () => (connections += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

function requestOf(hostname: string, bytes: Uint8Array): WireRequest {
  const { port } = server.address() as AddressInfo;
  return {
    method: 'PUT',
    origin: { secure: true, hostname, port, host: `${hostname}:${port}` },
    path: '/',
    headers: {},
    body: reusedBufferBody(bytes, 1024 * 1024),
    cancel: createCancel(),
    onSent: () => undefined,
    answerLimitBytes: 1024,
    patience: 1,
  };
}

it('sends over TLS to a host that it trusts, byte for byte, and keeps the connection', async () => {
  const transport = createTransport({
    connections: 2,
    now: () => 0,
    certificateAuthorities: TEST_CERTIFICATE,
  });
  const bytes = randomBytes(5 * 1024 * 1024 + 3);
  for (let round = 0; round < 2; round += 1) {
    const answer = await transport.send(requestOf('bucket.oss.localhost', bytes));
    expect(answer).toMatchObject({ ok: true, value: { status: 200 } });
    expect(bytes.equals(arrived)).toBe(true);
  }
  expect(connections).toBe(1);
  transport.close();
});

it('sends nothing to a host that it does not trust, or whose name is not in the certificate', async () => {
  const body = new Uint8Array(1);
  const doubting = createTransport({ connections: 1, now: () => 0 });
  expect(await doubting.send(requestOf('bucket.oss.localhost', body))).toMatchObject({
    fault: { code: 'tls' },
  });
  doubting.close();
  const trusting = createTransport({
    connections: 1,
    now: () => 0,
    certificateAuthorities: TEST_CERTIFICATE,
  });
  const request = requestOf('elsewhere.example.localhost', body);
  expect(await trusting.send(request)).toMatchObject({ fault: { code: 'tls' } });
  trusting.close();
  expect(arrived.length).not.toBe(1);
});
