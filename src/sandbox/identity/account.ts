import { randomBytes, randomInt } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The one Alibaba Cloud account of the sandbox, with its RAM user's AccessKey pair and its role. */
export interface Account {
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly roleName: string;
  readonly roleId: string;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Random letters and digits, the alphabet of AccessKey pairs. */
export function randomText(length: number): string {
  let text = '';
  while (text.length < length) {
    // 248 is the last multiple of 62 in a byte: what lies above would favour the first letters.
    for (const byte of randomBytes(length)) {
      if (byte < 248 && text.length < length) text += ALPHABET.charAt(byte % ALPHABET.length);
    }
  }
  return text;
}

/** Reads the account kept in `folder`, or makes one and keeps it, so that keys outlive a restart. */
export function openAccount(folder: string): Account {
  const path = join(folder, 'account.json');
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Account;
  const account: Account = {
    accountId: `1${String(randomInt(0, 1e12)).padStart(15, '0')}`,
    accessKeyId: `LTAI5t${randomText(18)}`,
    accessKeySecret: randomText(30),
    roleName: 'oss-web-upload',
    roleId: `3${String(randomInt(0, 1e12)).padStart(17, '0')}`,
  };
  writeFileSync(`${path}.new`, JSON.stringify(account), { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return account;
}

/** The ARN of one of the account's roles; of its own where none is named. */
export function roleArnOf(account: Account, roleName = account.roleName): string {
  return `acs:ram::${account.accountId}:role/${roleName}`;
}
