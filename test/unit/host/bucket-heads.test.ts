import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BucketHeads } from '../../../src/host/bucket-heads';
import { success } from '../../../src/shared/faults';
import type { ObjectKey } from '../../../src/shared/ids';
import { profileSchema, type Profile } from '../../../src/shared/profile';

let server: Server;
let profile: Profile;

/** A bucket in which each object has five bytes. */
beforeEach(async () => {
  server = createServer((_request, response) => {
    response.writeHead(200, {
      'content-length': '5',
      etag: '"0123456789ABCDEF0123456789ABCDEF"',
      'x-oss-hash-crc64ecma': '1',
      'x-oss-request-id': '655D94CA3E27EA3530A1B2C4',
    });
    response.end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const authorization = { kind: 'temporary' };
  const place = { region: 'cn-hangzhou', bucket: 'sandbox', endpoint: `http://127.0.0.1:${port}` };
  profile = profileSchema.parse({ name: 'Sandbox', ...place, authorization });
});
afterEach(() => server.close());

const credentials = {
  accessKeyId: 'STS.a',
  accessKeySecret: 'b',
  securityToken: 'c',
  expiresAtServer: null,
} as const;

function openHeads() {
  const stop = { canceled: false, listeners: [] as (() => void)[] };
  let questions = 0;
  const heads = new BucketHeads({
    profile,
    ask: () => {
      questions += 1;
      return Promise.resolve(success(credentials));
    },
    connections: 4,
    cancel: {
      get canceled() {
        return stop.canceled;
      },
      onCancel: (listener) => void stop.listeners.push(listener),
    },
  });
  return { heads, stop, questions: () => questions };
}

it('keeps nothing for a question that has been answered, however many there are', async () => {
  const { heads, stop, questions } = openHeads();
  for (let round = 0; round < 20; round += 1)
    await Promise.all([1, 2, 3].map((n) => heads.head(`${round}-${n}.txt` as ObjectKey)));
  expect(stop.listeners.length).toBeLessThanOrEqual(1);
  expect(questions()).toBe(1);
  heads.close();
});

it('asks nothing more once it is stopped', async () => {
  const { heads, stop } = openHeads();
  await heads.head('a.txt' as ObjectKey);
  stop.canceled = true;
  stop.listeners.forEach((listener) => listener());
  expect(await heads.head('b.txt' as ObjectKey)).toMatchObject({ ok: false, fault: { code: 'canceled' } });
  heads.close();
});
