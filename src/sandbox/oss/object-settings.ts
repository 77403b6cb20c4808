/** What an upload says its object is to be, checked as OSS's documents of PutObject have it. */
import { invalidArgument, Refusal } from '../wire/refusal';

type Said = ReadonlyMap<string, string>;

const STORAGE_CLASSES = ['Standard', 'IA', 'Archive', 'ColdArchive', 'DeepColdArchive'];
const ACLS = ['default', 'private', 'public-read', 'public-read-write'];
const METHODS = ['AES256', 'KMS', 'SM4'];
const ACL = 'x-oss-object-acl';
const STORAGE_CLASS = 'x-oss-storage-class';
const ENCRYPTION = 'x-oss-server-side-encryption';
const KEY_ID = 'x-oss-server-side-encryption-key-id';

/** Refuses a storage class that OSS does not have. */
export function checkStorageClass(said: Said): void {
  const value = said.get(STORAGE_CLASS);
  if (value !== undefined && !STORAGE_CLASSES.includes(value)) throw wrongValue(STORAGE_CLASS, value);
}

/** The ACL that an upload gives its object; null: none. Throws InvalidArgument. */
export function aclOf(said: Said): string | null {
  const value = said.get(ACL);
  if (value === undefined) return null;
  if (!ACLS.includes(value)) throw wrongValue(ACL, value);
  return value;
}

/** Refuses an encryption that OSS does not have, and a key without the method that takes one. */
export function checkEncryption(said: Said): void {
  const method = said.get(ENCRYPTION);
  if (method !== undefined && !METHODS.includes(method)) {
    throw new Refusal(400, 'InvalidEncryptionAlgorithmError', 'The encryption algorithm is not supported.', {
      fields: { ArgumentName: ENCRYPTION, ArgumentValue: method },
    });
  }
  const keyId = said.get(KEY_ID);
  if (keyId !== undefined && method !== 'KMS') throw wrongValue(KEY_ID, keyId);
}

const wrongValue = (name: string, value: string): Refusal =>
  invalidArgument(`The value of ${name} is invalid.`, {
    fields: { ArgumentName: name, ArgumentValue: value },
  });

/** How an object is encrypted, as the answers to Put and Complete say it. */
export function encryptionShown({
  headers,
}: {
  readonly headers: Readonly<Record<string, string>>;
}): Record<string, string> {
  const shown = [ENCRYPTION, KEY_ID].map((name) => [name, headers[name]] as const);
  return Object.fromEntries(shown.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
