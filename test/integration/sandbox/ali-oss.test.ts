import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type OSS from 'ali-oss';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adminLines, aliOss, openCloud, temporaryKeys, type TestCloud } from './cloud';

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await openCloud();
});
afterAll(async () => {
  expect(cloud.errors).toEqual([]);
  await cloud.stop();
});

const MODES = ['V1', 'V4', 'V1 with STS', 'V4 with STS'] as const;

async function clientOf(mode: (typeof MODES)[number]): Promise<OSS> {
  const keys = mode.endsWith('STS') ? await temporaryKeys(cloud.sandbox) : {};
  return aliOss(cloud.sandbox, { authorizationV4: mode.startsWith('V4'), ...keys });
}

describe.each(MODES)('ali-oss, %s', (mode) => {
  const folder = `${mode.replaceAll(' ', '-')}/`;

  test('puts, heads, reads, lists and deletes objects with difficult names', async () => {
    const client = await clientOf(mode);
    const names = [
      'plain.txt',
      'a b+c%23#?&=.txt',
      'q\'"!()*~.txt',
      '中文/日本語.txt',
      '😀 é.bin',
      'a//b./c',
    ];
    for (const name of names) {
      const content = Buffer.from(`content of ${name}`);
      const put = await client.put(`${folder}${name}`, content, {
        meta: { owner: 'tester', uid: 7 } as never,
      });
      expect(put.res.status).toBe(200);
      const head = await client.head(`${folder}${name}`);
      expect(head.meta).toEqual({ owner: 'tester', uid: '7' });
      const headers = head.res.headers as Record<string, string>;
      expect(headers['etag']).toBe(`"${createHash('md5').update(content).digest('hex').toUpperCase()}"`);
      expect(headers['x-oss-request-id']).toMatch(/^[0-9A-F]{24}$/);
      expect(headers['server']).toBe('AliyunOSS');
      const got = await client.get(`${folder}${name}`);
      expect(Buffer.compare(got.content as Buffer, content)).toBe(0);
    }
    const list = await client.listV2({ prefix: folder, 'max-keys': '1000' }, {});
    expect(list.objects.map((object) => object.name).sort()).toEqual(
      names.map((name) => folder + name).sort(),
    );
    for (const name of names) expect((await client.delete(`${folder}${name}`)).res.status).toBe(204);
    await expect(client.head(`${folder}plain.txt`)).rejects.toMatchObject({ status: 404, code: 'NoSuchKey' });
    await expect(client.get(`${folder}plain.txt`)).rejects.toMatchObject({ status: 404, code: 'NoSuchKey' });
  });

  test('uploads a file in parts, and resumes from a checkpoint', async () => {
    const client = await clientOf(mode);
    const bytes = randomBytes(1_500_000);
    const path = join(cloud.folder, `${mode.replaceAll(' ', '-')}.bin`);
    await writeFile(path, bytes);
    const key = `${folder}big 文件.bin`;
    let saved: OSS.Checkpoint | undefined;
    const stopHalfway = new Error('stopped by the test');
    await expect(
      client.multipartUpload(key, path, {
        partSize: 200 << 10,
        parallel: 1,
        progress: (progress: number, checkpoint: OSS.Checkpoint) => {
          saved = checkpoint;
          if (progress > 0.4) throw stopHalfway;
        },
      }),
    ).rejects.toThrow();
    expect(saved?.doneParts.length).toBeGreaterThan(1);
    const parts = await client.listParts(key, saved!.uploadId, {} as OSS.ListPartsQuery, {});
    expect(parts.parts.length).toBeGreaterThan(1);
    const resumed = await client.multipartUpload(key, path, { checkpoint: saved!, partSize: 200 << 10 });
    expect(resumed.res.status).toBe(200);
    const got = await client.get(key);
    expect(Buffer.compare(got.content as Buffer, bytes)).toBe(0);
    const object = (await adminLines(cloud.sandbox, 'objects')).find((line) => line['key'] === key);
    expect(object?.['etag']).toMatch(/^[0-9A-F]{32}-8$/);
    const uploaded = (await adminLines(cloud.sandbox, 'requests')).filter(
      (line) => line['operation'] === 'UploadPart' && line['key'] === key && line['status'] === 200,
    );
    expect(new Set(uploaded.map((line) => line['partNumber'])).size).toBe(8);
  });
});

test('bodies of every size around the sandbox’s buffers come back as they went, side by side', async () => {
  const client = aliOss(cloud.sandbox);
  const sizes = [0, 1, 262_143, 262_144, 262_145, 1_048_575, 1_048_576, 1_048_577, 3_000_000];
  const roundTrip = async (sizeBytes: number): Promise<void> => {
    const bytes = randomBytes(sizeBytes);
    await client.put(`sizes/${sizeBytes}`, bytes);
    const got = await client.get(`sizes/${sizeBytes}`);
    expect(Buffer.compare(got.content as Buffer, bytes)).toBe(0);
  };
  await Promise.all(sizes.map(roundTrip));
});
