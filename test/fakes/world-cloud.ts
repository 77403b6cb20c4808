/** OSS and STS of the simulated world: what they hold, and what they answer to a request that reached them. */
import type {
  CredentialsNote,
  HeadResult,
  ListedPart,
  StoredObject,
  StoredPart,
  UploadedPart,
} from '../../src/engine/ports';
import { failure, fault, success, type Fault, type Outcome } from '../../src/shared/faults';
import type { ETag, UploadId } from '../../src/shared/ids';
import { crc64Of, md5Of, sizeOf, textOf, type Content } from './world-bytes';
import type { Chance, WorldClock } from './world-clock';

export interface CloudPart {
  readonly content: Content;
  readonly etag: ETag;
}

export interface CloudUpload {
  readonly key: string;
  readonly initiatedAtServer: number;
  readonly parts: Map<number, CloudPart>;
}

export interface Token {
  readonly expiresAtServer: number;
  revoked: boolean;
}

export type Right = 'read' | 'list-parts' | 'list-uploads' | 'abort';

const TOO_SKEWED = 15 * 60_000;

export class WorldCloud {
  /** Server time minus local time. */
  clockOffsetMs = 0;
  tokenLifeMs = 15 * 60_000;
  /** `form`: nothing but PostObject is allowed. */
  way: CredentialsNote['way'] = 'requests';
  /** OSS tells a server of each object; now and then that fails (203 CallbackFailed). */
  callsBack = false;
  /** Key and bytes of every object of which the server was told. */
  readonly told = new Set<string>();
  readonly forbidden = new Set<Right>();
  readonly objects = new Map<string, Content>();
  /** Every content that each key ever had. */
  readonly past = new Map<string, Set<string>>();
  readonly uploads = new Map<UploadId, CloudUpload>();
  /** Uploads that the server lost by itself. */
  readonly lost = new Set<UploadId>();
  readonly tokens = new Map<number, Token>();
  /** FileAlreadyExists or NoSuchUpload: which of them Complete looks for first. */
  existsFirst = false;
  readonly #clock: WorldClock;
  readonly #chance: Chance;
  #cached: Token | null = null;
  #generation = 0;
  #number = 0;

  constructor(clock: WorldClock, chance: Chance) {
    this.#clock = clock;
    this.#chance = chance;
  }

  now(): number {
    return this.#clock.now() + this.clockOffsetMs;
  }

  /** What an answer's Date header says: whole seconds. */
  offsetInAnswer(): number {
    return Math.floor(this.now() / 1000) * 1000 - this.#clock.now();
  }

  issue(fresh: boolean): CredentialsNote {
    const cached = this.#cached;
    const stillGood = cached !== null && cached.expiresAtServer - this.now() > this.tokenLifeMs / 2;
    const token =
      stillGood && !fresh ? cached : { expiresAtServer: this.now() + this.tokenLifeMs, revoked: false };
    this.#cached = token;
    this.#generation += 1;
    this.tokens.set(this.#generation, token);
    return {
      generation: this.#generation,
      expiresAtServer: token.expiresAtServer,
      way: this.way,
      callsBack: this.callsBack,
    };
  }

  revokeAll(): void {
    for (const token of this.tokens.values()) token.revoked = true;
  }

  /** The signature's time and the token, before anything else is looked at. */
  refuses(generation: number, signedOffsetMs: number): Fault | null {
    if (Math.abs(signedOffsetMs - this.clockOffsetMs) > TOO_SKEWED)
      return fault('clock-skew', 'RequestTimeTooSkewed');
    const token = this.tokens.get(generation);
    if (token === undefined) return fault('key-unknown', 'InvalidAccessKeyId');
    if (token.revoked) return fault('token-expired', 'InvalidSecurityToken');
    return token.expiresAtServer <= this.now() ? fault('token-expired', 'SecurityTokenExpired') : null;
  }

  store(key: string, content: Content): StoredObject {
    this.objects.set(key, content);
    const past = this.past.get(key) ?? new Set<string>();
    this.past.set(key, past.add(textOf(content)));
    return {
      crc64: crc64Of(content),
      etag: md5Of(content) as ETag,
      versionId: null,
      requestId: this.#name('request'),
      callbackFault: null,
    };
  }

  /** The callback of an object that was just stored; of a 203 the CRC-64 may be missing. */
  #callBack(key: string, content: Content, stored: StoredObject): StoredObject {
    if (!this.callsBack) return stored;
    if (!this.#chance.happens(0.3)) {
      this.told.add(`${key} ${textOf(content)}`);
      return stored;
    }
    const crc64 = this.#chance.happens(0.5) ? stored.crc64 : null;
    return { ...stored, crc64, callbackFault: fault('callback-failed', 'CallbackFailed') };
  }

  put(key: string, content: Content, forbidOverwrite: boolean): Outcome<StoredObject> {
    if (forbidOverwrite && this.objects.has(key)) return failure(exists());
    return success(this.#callBack(key, content, this.store(key, content)));
  }

  initiate(
    key: string,
    forbidOverwrite: boolean,
  ): Outcome<{ readonly uploadId: UploadId; readonly requestId: string }> {
    if (forbidOverwrite && this.objects.has(key)) return failure(exists());
    const uploadId = this.#name('upload') as UploadId;
    const initiatedAtServer = Math.floor(this.now() / 1000) * 1000;
    this.uploads.set(uploadId, { key, initiatedAtServer, parts: new Map() });
    return success({ uploadId, requestId: this.#name('request') });
  }

  uploadPart(uploadId: UploadId, partNumber: number, content: Content): Outcome<StoredPart> {
    const upload = this.uploads.get(uploadId);
    if (upload === undefined) return failure(gone());
    const etag = md5Of(content) as ETag;
    upload.parts.set(partNumber, { content, etag });
    return success({ etag, crc64: crc64Of(content), requestId: this.#name('request') });
  }

  listParts(uploadId: UploadId, withCrc: boolean): Outcome<readonly ListedPart[]> {
    const upload = this.uploads.get(uploadId);
    if (this.forbidden.has('list-parts')) return failure(forbidden());
    if (upload === undefined) return failure(gone());
    return success(
      [...upload.parts].map(([partNumber, { content, etag }]) => ({
        partNumber,
        sizeBytes: sizeOf(content),
        etag,
        crc64: withCrc ? crc64Of(content) : null,
      })),
    );
  }

  complete(
    uploadId: UploadId,
    key: string,
    parts: readonly UploadedPart[],
    forbidOverwrite: boolean,
  ): Outcome<StoredObject> {
    const taken = forbidOverwrite && this.objects.has(key);
    if (taken && this.existsFirst) return failure(exists());
    const upload = this.uploads.get(uploadId);
    if (upload === undefined) return failure(gone());
    if (taken) return failure(exists());
    const content: Content[] = [];
    let last = 0;
    for (const { partNumber, etag } of parts) {
      const part = upload.parts.get(partNumber);
      if (part?.etag !== etag || partNumber <= last)
        return failure(fault('server-refused', 'InvalidPart', { ossCode: 'InvalidPart' }));
      content.push(part.content);
      last = partNumber;
    }
    this.uploads.delete(uploadId);
    return success(this.#callBack(key, content.flat(), this.store(key, content.flat())));
  }

  abort(uploadId: UploadId): Outcome<void> {
    if (this.forbidden.has('abort')) return failure(forbidden());
    this.uploads.delete(uploadId);
    return success(undefined);
  }

  head(key: string): Outcome<HeadResult> {
    if (this.forbidden.has('read')) return failure(forbidden());
    const content = this.objects.get(key);
    if (content === undefined) return success({ kind: 'missing' });
    return success({
      kind: 'present',
      sizeBytes: sizeOf(content),
      crc64: crc64Of(content),
      etag: md5Of(content) as ETag,
      versionId: null,
      requestId: this.#name('request'),
    });
  }

  listUploads(key: string): Outcome<readonly { uploadId: UploadId; initiatedAtServer: number }[]> {
    if (this.forbidden.has('list-uploads')) return failure(forbidden());
    return success(
      [...this.uploads]
        .filter(([, upload]) => upload.key === key)
        .map(([uploadId, { initiatedAtServer }]) => ({ uploadId, initiatedAtServer })),
    );
  }

  /** A lifecycle rule takes one of the unfinished uploads away. */
  loseOneUpload(): void {
    const ids = [...this.uploads.keys()];
    if (ids.length === 0) return;
    const uploadId = this.#chance.pick(ids);
    this.lost.add(uploadId);
    this.uploads.delete(uploadId);
  }

  #name(kind: string): string {
    this.#number += 1;
    return `${kind}-${this.#number}`;
  }
}

const exists = (): Fault => fault('object-exists', 'FileAlreadyExists', { ossCode: 'FileAlreadyExists' });
const gone = (): Fault => fault('upload-gone', 'NoSuchUpload', { ossCode: 'NoSuchUpload' });
const forbidden = (): Fault => fault('no-permission', 'AccessDenied', { ossCode: 'AccessDenied' });
