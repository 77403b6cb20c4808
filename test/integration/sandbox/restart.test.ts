import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type OSS from 'ali-oss';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSandbox, type RunningSandbox } from '../../../src/sandbox/start-sandbox';
import { buildSandbox, spawnSandbox } from './built-sandbox';
import { adminLines, agent, aliOss, temporaryKeys } from './cloud';
import { send, signedBy } from './raw-request';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-restart-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const part = (client: OSS, key: string, uploadId: string, partNumber: number, body: Buffer) =>
  send(signedBy(client, 'PUT', key, { subres: { partNumber, uploadId }, body }));

test('a sandbox started again on the same data keeps objects, uploads, keys, tokens and its log', async () => {
  const dataFolder = join(folder, 'in-process');
  const bytes = randomBytes(300_000);
  const first = await startSandbox({ dataFolder });
  const keys = await temporaryKeys(first);
  let client = aliOss(first, keys);
  await client.put('small 中文', Buffer.from('small'), { meta: { who: 'me' } as never });
  await client.put('deleted', Buffer.from('x'));
  await client.delete('deleted');
  await client.put('replaced', Buffer.from('one'));
  await client.put('replaced', Buffer.from('two'));
  const { uploadId } = await client.initMultipartUpload('big');
  const one = await part(client, 'big', uploadId, 1, bytes.subarray(0, 200_000));
  const before = await adminLines(first, 'requests');
  await first.close();

  const second = await startSandbox({ dataFolder });
  expect({ ...second, oss: '', sts: '', imm: '', admin: '', close: null }).toEqual({
    ...first,
    oss: '',
    sts: '',
    imm: '',
    admin: '',
    close: null,
  });
  client = aliOss(second, keys);
  expect((await adminLines(second, 'requests')).slice(0, before.length)).toEqual(before);
  expect((await adminLines(second, 'objects')).map((line) => line['key'])).toEqual([
    'replaced',
    'small 中文',
  ]);
  expect(String((await client.get('replaced')).content)).toBe('two');
  expect((await client.head('small 中文')).meta).toEqual({ who: 'me' });
  const two = await part(client, 'big', uploadId, 2, bytes.subarray(200_000));
  await client.completeMultipartUpload('big', uploadId, [
    { number: 1, etag: String(one.headers.etag) },
    { number: 2, etag: String(two.headers.etag) },
  ]);
  expect(Buffer.compare((await client.get('big')).content as Buffer, bytes)).toBe(0);
  await second.close();
});

test('killed in the middle of an UploadPart, it keeps the finished parts and nothing of the half one', async () => {
  const program = await buildSandbox('main', join(folder, 'program'));
  const words = ['--data', join(folder, 'killed')];
  const first = await spawnSandbox(program, words);
  const client = aliOss(first.sandbox);
  const bytes = randomBytes(6_000_000);
  await client.put('finished', bytes);
  const { uploadId } = await client.initMultipartUpload('big');
  const whole = await part(client, 'big', uploadId, 1, bytes.subarray(0, 2_000_000));
  expect(whole.status).toBe(200);

  const { url, headers } = signedBy(client, 'PUT', 'big', { subres: { partNumber: 2, uploadId } });
  const { hostname, port, pathname, search } = new URL(url);
  const half = httpRequest({
    hostname,
    port,
    path: pathname + search,
    method: 'PUT',
    headers: { ...headers, 'Content-Length': String(bytes.length) },
    agent,
  });
  half.on('error', () => undefined);
  half.write(bytes.subarray(0, 4_000_000));
  // The half part is on the sandbox's disk: a file that no finished part or object owns.
  await expect.poll(() => readdir(join(folder, 'killed', 'blobs'))).toHaveLength(3);
  await first.kill('SIGKILL');

  const second = await spawnSandbox(program, words);
  try {
    expect(second.sandbox.accessKeySecret).toBe(first.sandbox.accessKeySecret);
    const again = aliOss(second.sandbox);
    const uploads = await adminLines(second.sandbox as RunningSandbox, 'uploads');
    expect(uploads).toMatchObject([{ key: 'big', uploadId, parts: [{ partNumber: 1, size: 2_000_000 }] }]);
    expect(await readdir(join(folder, 'killed', 'blobs'))).toHaveLength(2);
    const rest = await part(again, 'big', uploadId, 2, bytes.subarray(2_000_000));
    await again.completeMultipartUpload('big', uploadId, [
      { number: 1, etag: String(whole.headers.etag) },
      { number: 2, etag: String(rest.headers.etag) },
    ]);
    for (const key of ['big', 'finished']) {
      expect(Buffer.compare((await again.get(key)).content as Buffer, bytes)).toBe(0);
    }
    const [big, finished] = await adminLines(second.sandbox as RunningSandbox, 'objects');
    expect(big?.['crc64']).toBe(finished?.['crc64']);
  } finally {
    await second.kill('SIGTERM');
  }
  expect(second.child.exitCode).toBe(0);
});

test('a folder serves one sandbox at a time', async () => {
  const dataFolder = join(folder, 'shared');
  const first = await startSandbox({ dataFolder });
  await expect(startSandbox({ dataFolder })).rejects.toThrow('another sandbox is running on the folder');
  await first.close();
  await (await startSandbox({ dataFolder })).close();
});

test('a taken port ends the start and leaves nothing running', async () => {
  const other = await startSandbox({ dataFolder: join(folder, 'other') });
  const port = Number(new URL(other.oss).port);
  const dataFolder = join(folder, 'no-port');
  await expect(startSandbox({ dataFolder, port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await (await startSandbox({ dataFolder })).close();
  await other.close();
});

test('bad arguments and a bad role policy end with one sentence and code 2', async () => {
  const program = await buildSandbox('main', join(folder, 'program'));
  const { spawn } = await import('node:child_process');
  for (const [words, sentence] of [
    [[], '--data DIR is needed'],
    [['--data', join(folder, 'x'), '--role-policy', program], 'The role policy cannot be used'],
  ] as const) {
    const child = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
    const [text] = (await once(child.stderr.setEncoding('utf8'), 'data')) as [string];
    const [code] = child.exitCode === null ? ((await once(child, 'exit')) as [number]) : [child.exitCode];
    expect(text).toContain(sentence);
    expect(text.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(2);
  }
});

test('with --discard it keeps size, CRC and metadata, but no bytes', async () => {
  const dataFolder = join(folder, 'discards');
  const sandbox = await startSandbox({ dataFolder, discard: true });
  const client = aliOss(sandbox);
  await client.put('a', Buffer.from('123456789'));
  await client.put('big', randomBytes(3_000_000));
  expect((await adminLines(sandbox, 'objects')).map((line) => line['size'])).toEqual([9, 3_000_000]);
  expect((await client.head('a')).res.headers).toMatchObject({
    'x-oss-hash-crc64ecma': '11051210869376104954',
  });
  await expect(client.get('a')).rejects.toMatchObject({ code: 'OperationNotSupported' });
  expect(await readdir(join(dataFolder, 'blobs'))).toEqual([]);
  await sandbox.close();
});
