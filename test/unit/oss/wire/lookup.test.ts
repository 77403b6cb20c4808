import { describe, expect, it } from 'vitest';
import { lookup } from '../../../../src/oss/wire/lookup';

const resolve = (hostname: string, all: boolean): Promise<unknown> =>
  new Promise((done) => {
    lookup(hostname, { all }, (error, address, family) =>
      done(error?.code ?? (all ? address : [address, family])),
    );
  });

describe.each(['localhost', 'bucket.oss-cn-hangzhou.localhost'])('%s', (name) => {
  it('is this machine in both forms', async () => {
    expect(await resolve(name, true)).toEqual([{ address: '127.0.0.1', family: 4 }]);
    expect(await resolve(name, false)).toEqual(['127.0.0.1', 4]);
  });
});

it('leaves other names to the system', async () => {
  expect(await resolve('notlocalhost.invalid', true)).toMatch(/ENOTFOUND|EAI_AGAIN/);
});
