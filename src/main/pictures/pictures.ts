import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { MadePicture, PictureService } from '../../host/detector/detector-process-client';
import { placeOf, type Picture } from '../../shared/faces';
import { success, type FaultCode, type Outcome } from '../../shared/faults';
import type { ItemId } from '../../shared/ids';
import type { Reply } from '../../shared/ipc/contract';
import type { ItemDetail } from '../../shared/queue-view';
import { APP_ORIGIN } from '../window/app-protocol';
import type { EngineClient } from '../ipc/handlers-queue';
import { isPictureAddress, readPictureAddress, type PictureAddress } from './picture-address';
import { PictureCache } from './picture-cache';

type Engine = Pick<EngineClient, 'call'>;
type Desk = Omit<PictureService, 'detect'>;

/** A file as it is now. */
interface Source {
  readonly path: string;
  /** Another one for other bytes, as far as size and time tell. */
  readonly version: string;
  readonly changed: boolean;
}

const HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'private, no-cache',
  'Referrer-Policy': 'no-referrer',
};

/**
 * The pictures of items, read from the files they were uploaded from and never from the bucket. All decoding is the
 * detector's process's; main only passes bytes on.
 */
export class Pictures {
  readonly #engine: Engine;
  readonly #desk: Desk;
  readonly #cache = new PictureCache();

  constructor(engine: Engine, desk: Desk) {
    this.#engine = engine;
    this.#desk = desk;
  }

  /** What the window must know before it shows a picture. A fault only where the engine gave one. */
  async describe(itemId: ItemId): Promise<Reply<Picture>> {
    const detail = await this.#engine.call('queue.detail', { itemId });
    if (!detail.ok) return detail;
    if (detail.value === null) return none('no-picture');
    const source = await sourceOf(detail.value);
    if (source === null) return none('missing');
    const size = await this.#desk.size(source.path);
    if (!size.ok) return none(whyNone(size.fault.code));
    const url = `${APP_ORIGIN}/picture/${itemId}`;
    return success({ kind: 'picture', url, ...size.value, changed: source.changed });
  }

  /** Answers requests of our page for `app://ferry/picture/…`; null for any other address. */
  serve(request: Request): Promise<Response> | null {
    return isPictureAddress(request.url) ? this.#respond(request) : null;
  }

  async #respond(request: Request): Promise<Response> {
    if (request.method !== 'GET') return refuse(405);
    const address = readPictureAddress(request.url);
    const found = address && (await this.#find(address));
    if (!found) return refuse(404);
    const etag = `"${createHash('sha256').update(found.key).digest('base64url').slice(0, 27)}"`;
    if (request.headers.get('if-none-match') === etag)
      return new Response(null, { status: 304, headers: { ...HEADERS, ETag: etag } });
    const made = await this.#cache.get(found.key, found.make);
    if (!made.ok) return refuse(404);
    return new Response(made.value.bytes as Uint8Array<ArrayBuffer>, {
      headers: { ...HEADERS, 'Content-Type': made.value.type, ETag: etag },
    });
  }

  async #find({
    itemId,
    edge,
    face,
  }: PictureAddress): Promise<{ key: string; make: () => Promise<Outcome<MadePicture>> } | null> {
    const detail = await this.#engine.call('queue.detail', { itemId });
    const source = detail.ok && detail.value !== null ? await sourceOf(detail.value) : null;
    if (source === null) return null;
    const { path, version } = source;
    if (face === null)
      return { key: `${path}\0${version}\0${edge}`, make: () => this.#desk.preview(path, edge) };
    const faces = await this.#engine.call('faces.detail', { itemId });
    const box = faces.ok ? placeOf(faces.value?.[face.source]?.faces[face.index]?.Boundary) : null;
    if (box === null) return null;
    const place = [box.left, box.top, box.width, box.height].join();
    return { key: `${path}\0${version}\0${edge}\0${place}`, make: () => this.#desk.crop(path, box, edge) };
  }
}

/** Null: the file is gone. */
async function sourceOf(detail: ItemDetail): Promise<Source | null> {
  try {
    const stats = await stat(detail.sourcePath, { bigint: true });
    if (!stats.isFile()) return null;
    // As the queue keeps them: whole milliseconds.
    const changed =
      Number(stats.size) !== detail.row.sizeBytes || Number(stats.mtimeMs) !== detail.modifiedAt;
    return { path: detail.sourcePath, version: `${stats.size}:${stats.mtimeNs}:${stats.ino}`, changed };
  } catch {
    return null;
  }
}

type WhyNone = Extract<Picture, { kind: 'none' }>['why'];

const none = (why: WhyNone): Reply<Picture> => success({ kind: 'none', why });

function whyNone(code: FaultCode): WhyNone {
  if (code === 'picture-format') return 'format';
  if (code === 'picture-too-large') return 'too-large';
  return code === 'source-missing' ? 'missing' : 'unreadable';
}

const refuse = (status: number): Response => new Response(null, { status, headers: HEADERS });
