/** The small numbers of the tables of faces (schema.ts). */
import type { FacesFilter, FacesSource } from '../../shared/faces';

export const LOCAL = 0;
export const IMM = 1;
export const sourceCode = (source: FacesSource): number => (source === 'imm' ? IMM : LOCAL);
export const sourceOf = (code: number): FacesSource => (code === IMM ? 'imm' : 'local');

export const ASKED = 0;
export const FOUND = 1;
export const FAILED_ANSWER = 2;

/** A decision is still to be made. */
export const TO_BE_MADE = 0;
/** Made, and the item is let go once that was told. */
export const MADE = 1;
/** The user is asked. */
export const ASKS_USER = 2;
export const SETTLED = 3;

export const SHOWN_WAITING = 0;
export const SHOWN_WITH = 1;
export const SHOWN_WITHOUT = 2;
export const SHOWN_FAILED = 3;
export const COUNTS_ASKING = 4;
export const COUNTS_TILES = 5;

/** What a filter counts; `all` is the sum of the first four. */
export const KIND_OF_FILTER: Readonly<Record<Exclude<FacesFilter, 'all'>, number>> = {
  waiting: SHOWN_WAITING,
  with: SHOWN_WITH,
  without: SHOWN_WITHOUT,
  failed: SHOWN_FAILED,
  asking: COUNTS_ASKING,
};
