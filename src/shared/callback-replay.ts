/** What a destination's own server is told of an object of which OSS could not tell it: `POST callback.noticeUrl`. */
export interface CallbackReplay {
  readonly bucket: string;
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Unsigned decimal, as in x-oss-hash-crc64ecma. */
  readonly crc64: string;
  /** Without quotes. */
  readonly etag: string;
}
