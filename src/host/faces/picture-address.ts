/** Addresses of pictures, answered by main from the files on this disk (never from the bucket). */
import type { FacesSource } from '../../shared/faces';
import type { ItemId } from '../../shared/ids';

const SMALL_EDGE = 160;
/** The window's engine shows neither, and nobody converts them. */
const NO_PREVIEW = /\.(tiff?|heic|heif)$/i;

export const hasPreview = (name: string): boolean => !NO_PREVIEW.test(name);

export const smallPicture = (itemId: ItemId): string => `app://ferry/picture/${itemId}?edge=${SMALL_EDGE}`;

export const facePicture = (itemId: ItemId, source: FacesSource, faceIndex: number): string =>
  `app://ferry/picture/${itemId}/face/${source}/${faceIndex}?edge=${SMALL_EDGE}`;
