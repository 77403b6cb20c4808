import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BucketHeads } from '../../../../src/host/receipts/bucket-heads';
import { success } from '../../../../src/shared/faults';
import type { ObjectKey } from '../../../../src/shared/ids';
import { profileSchema, type Profile } from '../../../../src/shared/profile';

const REQUEST = { 'x-oss-request-id': '655D94CA3E27EA3530A1B2C4' };
const HEADERS = {
  ...REQUEST,
  'content-length': '5',
  etag: '"0123456789ABCDEF0123456789ABCDEF"',
  'x-oss-hash-crc64ecma': '1',
};
/** `<Error><Code>SecurityTokenExpired</Code></Error>`, as HeadObject carries it. */
const EXPIRED = Buffer.from('<Error><Code>SecurityTokenExpired</Code></Error>').toString('base64');

let server: Server;
let profile: Profile;
/** Answers that are held back until the test lets them go. */
let late: (() => void)[];

function answer(token: string, response: ServerResponse): void {
  if (token === 'token 1') response.writeHead(403, { ...REQUEST, 'x-oss-err': EXPIRED });
  else response.writeHead(200, HEADERS);
  response.end();
}

/** A bucket in which each object has five bytes, and in which the first token is dead. */
beforeEach(async () => {
  late = [];
  server = createServer((request, response) => {
    const give = (): void => answer(String(request.headers['x-oss-security-token']), response);
    if (request.url?.includes('late') === true && late.length === 0) late.push(give);
    else give();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const place = { region: 'cn-hangzhou', bucket: 'sandbox', endpoint: `http://127.0.0.1:${port}` };
  profile = profileSchema.parse({ name: 'Sandbox', ...place, authorization: { kind: 'temporary' } });
});
afterEach(() => server.close());

function openHeads(firstToken: number) {
  const stop = { canceled: false, listeners: [] as (() => void)[] };
  const asked: boolean[] = [];
  const heads = new BucketHeads({
    profile,
    ask: (fresh) => {
      asked.push(fresh);
      const securityToken = `token ${firstToken + asked.length - 1}`;
      const keys = { accessKeyId: 'STS.a', accessKeySecret: 'b', securityToken };
      return Promise.resolve(success({ ...keys, expiresAtServer: null }));
    },
    connections: 4,
    cancel: {
      get canceled() {
        return stop.canceled;
      },
      onCancel: (listener) => void stop.listeners.push(listener),
    },
  });
  return { heads, stop, asked, head: (key: string) => heads.head(key as ObjectKey) };
}

it('keeps nothing for a question that has been answered, however many there are', async () => {
  const { heads, stop, asked, head } = openHeads(2);
  for (let round = 0; round < 20; round += 1)
    await Promise.all([1, 2, 3].map((n) => head(`${round}-${n}.txt`)));
  expect(stop.listeners.length).toBeLessThanOrEqual(1);
  expect(asked).toEqual([false]);
  heads.close();
});

it('renews credentials once, whoever finds them dead and when', async () => {
  const { heads, asked, head } = openHeads(1);
  const slow = head('late.txt');
  expect(await Promise.all([head('a.txt'), head('b.txt')])).toMatchObject([{ ok: true }, { ok: true }]);
  late[0]?.();
  expect(await slow).toMatchObject({ ok: true });
  expect(asked).toEqual([false, true]);
  heads.close();
});

it('asks nothing more once it is stopped', async () => {
  const { heads, stop, head } = openHeads(2);
  await head('a.txt');
  stop.canceled = true;
  stop.listeners.forEach((listener) => listener());
  expect(await head('b.txt')).toMatchObject({ ok: false, fault: { code: 'canceled' } });
  heads.close();
});
