import { facesSourceSchema, type FacesSource } from '../../shared/faces';
import { itemIdSchema, type ItemId } from '../../shared/ids';
import { APP_ORIGIN } from '../window/app-protocol';

/** The longer edge of a whole picture, and the edge of a face, where the address names none. */
export const MAX_EDGE = 2048;
const MIN_EDGE = 16;

/** What `app://ferry/picture/…` names: the whole picture of an item, or one face cut out of it. */
export interface PictureAddress {
  readonly itemId: ItemId;
  readonly edge: number;
  readonly face: { readonly source: FacesSource; readonly index: number } | null;
}

const FOLDER = '/picture/';
const PATH = /^\/picture\/(\d{1,15})(?:\/face\/(imm|local)\/(\d{1,6}))?$/;

/** Whether a URL of ours lies where pictures are, however wrong the rest of it may be. */
export function isPictureAddress(url: string): boolean {
  const parsed = parse(url);
  return parsed !== null && parsed.pathname.startsWith(FOLDER);
}

/** Null for anything that is not exactly such an address. */
export function readPictureAddress(url: string): PictureAddress | null {
  const parsed = parse(url);
  const [, item, source, index] = (parsed && PATH.exec(parsed.pathname)) ?? [];
  if (parsed === null || item === undefined) return null;
  const itemId = itemIdSchema.safeParse(Number(item));
  const edge = readEdge(parsed.searchParams);
  if (!itemId.success || edge === null) return null;
  const face =
    source === undefined ? null : { source: facesSourceSchema.parse(source), index: Number(index) };
  return { itemId: itemId.data, edge, face };
}

function readEdge(parameters: URLSearchParams): number | null {
  const names = [...parameters.keys()];
  if (names.length === 0) return MAX_EDGE;
  const text = parameters.get('edge') ?? '';
  if (names.length > 1 || !/^\d{1,4}$/.test(text)) return null;
  const edge = Number(text);
  return edge >= MIN_EDGE && edge <= MAX_EDGE ? edge : null;
}

function parse(url: string): URL | null {
  try {
    const parsed = new URL(url);
    return `${parsed.protocol}//${parsed.host}` === APP_ORIGIN ? parsed : null;
  } catch {
    return null;
  }
}
