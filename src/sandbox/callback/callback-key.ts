import { createPrivateKey, createPublicKey, generateKeyPair, sign, type KeyObject } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const BITS = 2_048;

/**
 * The RSA key that callbacks are signed with. It is made when it is first needed, and kept with the data: a
 * server that remembers the public key by its address must find the same one after a restart.
 */
export class CallbackKey {
  readonly #path: string;
  #key: Promise<KeyObject> | null = null;

  constructor(folder: string) {
    this.#path = join(folder, 'callback-key.pem');
  }

  /** The public key in PEM, as OSS publishes its own. */
  async publicPem(): Promise<string> {
    return createPublicKey(await this.#open())
      .export({ type: 'spki', format: 'pem' })
      .toString();
  }

  /** RSA-MD5 over the text, in Base64. */
  async sign(text: string): Promise<string> {
    return sign('md5', Buffer.from(text, 'utf8'), await this.#open()).toString('base64');
  }

  #open(): Promise<KeyObject> {
    return (this.#key ??= this.#read() ?? this.#make());
  }

  #read(): Promise<KeyObject> | null {
    try {
      return Promise.resolve(createPrivateKey(readFileSync(this.#path)));
    } catch {
      return null;
    }
  }

  async #make(): Promise<KeyObject> {
    const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: BITS });
    writeFileSync(`${this.#path}.new`, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    renameSync(`${this.#path}.new`, this.#path);
    return privateKey;
  }
}
