import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createPublicKeys } from '../../../../src/app-server/callback/public-keys';
import { fakeClock } from '../fake-clock';

const KEY = createPublicKey(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey);
const OSS = 'https://gosspublic.alicdn.com';
const ADDRESS = `${OSS}/callback_pub_key_v1.pem`;

/** Keys that are given for `ADDRESS` alone, and all that was asked for. */
function desk(answer: (url: URL) => Promise<KeyObject | null> = () => Promise.resolve(null)) {
  const asked: string[] = [];
  const clock = fakeClock();
  const keys = createPublicKeys(['http://127.0.0.1:9'], clock, (url) => {
    asked.push(url.href);
    return url.href === ADDRESS ? Promise.resolve(KEY) : answer(url);
  });
  return { asked, clock, keys };
}

describe('the keys of callbacks', () => {
  it.each(['https', 'http'])(
    'come from OSS’s own place, which OSS may name by %s, always by https',
    async (scheme) => {
      const { asked, keys } = desk();
      expect(await keys(ADDRESS.replace('https', scheme))).toBe(KEY);
      expect(asked).toEqual([ADDRESS]);
    },
  );

  it.each([
    'http://gosspublic.alicdn.com.example.com/key.pem',
    'http://gosspublic.alicdn.com:8080/key.pem',
    'http://gosspublic.alicdn.com@example.com/key.pem',
    'http://example.com/http://gosspublic.alicdn.com/key.pem',
    'ftp://gosspublic.alicdn.com/key.pem',
    'file:///etc/key.pem',
    'gosspublic.alicdn.com/key.pem',
    '',
  ])('are not asked for at %j', async (address) => {
    const { asked, keys } = desk();
    expect(await keys(address)).toBeNull();
    expect(asked).toEqual([]);
  });

  it('are not driven out by addresses that give none', async () => {
    const { asked, clock, keys } = desk();
    await keys(ADDRESS);
    for (let n = 0; n < 100; n += 1) await keys(`${OSS}/${n}`);
    expect(asked).toHaveLength(101);
    expect(await keys(ADDRESS)).toBe(KEY);
    expect(asked).toHaveLength(101);
    clock.pass(24 * 3_600_000);
    await keys(ADDRESS);
    expect(asked).toHaveLength(102);
  });

  it('are asked for at eight addresses at once, and no more', async () => {
    const held: (() => void)[] = [];
    const { asked, keys } = desk(
      () =>
        new Promise((resolve) => {
          held.push(() => resolve(null));
        }),
    );
    const answers = Array.from({ length: 100 }, (_, n) => keys(`${OSS}/${n}`));
    expect(await answers[99]).toBeNull();
    expect(asked).toHaveLength(8);
    for (const release of held) release();
    await Promise.all(answers);
    expect(await keys(ADDRESS)).toBe(KEY);
  });
});
