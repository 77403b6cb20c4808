// The uploads of the comparison by ali-oss: one file in parts, five at a time, or a folder of files, 16 in flight.
//   node bench/measure/ali-oss-client.mjs '{"oss":…,…}' parts|puts PATH
import { readdirSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import OSS from 'ali-oss';

const PART_SIZE = 8 * 1024 * 1024;
const PARALLEL_PARTS = 5;
const PUTS_IN_FLIGHT = 16;

// Names under localhost are loopback (RFC 6761), also where the system does not know it.
const lookup = (_name, options, callback) => {
  if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }]);
  else callback(null, '127.0.0.1', 4);
};

const [announced, how, path] = process.argv.slice(2);
const { region, oss, bucket, accessKeyId, accessKeySecret } = JSON.parse(announced);
const client = new OSS({
  region: `oss-${region}`,
  endpoint: oss,
  bucket,
  accessKeyId,
  accessKeySecret,
  authorizationV4: true,
  timeout: 600_000,
  agent: new http.Agent({ keepAlive: true, maxSockets: PUTS_IN_FLIGHT, lookup }),
});

if (how === 'parts')
  await client.multipartUpload('by-ali-oss/file', path, { partSize: PART_SIZE, parallel: PARALLEL_PARTS });
else {
  const names = readdirSync(path);
  const lane = async () => {
    for (let name = names.pop(); name !== undefined; name = names.pop())
      await client.put(`by-ali-oss/${name}`, join(path, name));
  };
  await Promise.all(Array.from({ length: PUTS_IN_FLIGHT }, lane));
}
process.exit(0);
