import http from 'node:http';
import OSS from 'ali-oss';
import type { Cloud } from './cloud';

/** Deletes an object as somebody else would, with the account's own key. */
export async function removeObject({ sandbox }: Cloud, key: string): Promise<void> {
  const { region, oss, bucket, accessKeyId, accessKeySecret } = sandbox.announced;
  const agent = new http.Agent({
    // Names under .localhost are this computer's, also where its resolver does not know them.
    lookup: (_hostname, { all }, callback) =>
      all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4),
  });
  const client = new OSS({
    region: `oss-${region}`,
    endpoint: oss,
    bucket,
    accessKeyId,
    accessKeySecret,
    agent,
  } as OSS.Options);
  await client.delete(key);
  agent.destroy();
}
