import type { FacesCounts, FacesDetail, FacesFilter, FacesResult, FacesSource } from '../../../shared/faces';

/** The result that is shown: the one wished for, else the better one (IMM where it has answered). */
export function shownResult(detail: FacesDetail, wished: FacesSource | null): FacesResult | null {
  const { imm, local } = detail;
  if (wished === 'imm' && imm !== null) return imm;
  if (wished === 'local' && local !== null) return local;
  if (imm?.state.kind === 'found') return imm;
  return local?.state.kind === 'found' ? local : (imm ?? local);
}

/** The list that a picture is found in. */
export function filterOf(detail: FacesDetail): FacesFilter {
  if (detail.decision?.asks === true) return 'asking';
  const result = shownResult(detail, null);
  if (result === null) return 'with';
  if (result.state.kind !== 'found') return result.state.kind;
  return result.faces.length > 0 ? 'with' : 'without';
}

export const FILTERS = ['with', 'without', 'failed', 'waiting', 'asking'] as const;
/** Shown even where there is none of them. */
const ALWAYS: readonly FacesFilter[] = ['with', 'without', 'failed'];

/** The filters on offer: the three of every batch, and those that somebody or something waits for. */
export function filtersFor(counts: FacesCounts, chosen: FacesFilter): readonly (typeof FILTERS)[number][] {
  return FILTERS.filter((filter) => ALWAYS.includes(filter) || counts[filter] > 0 || filter === chosen);
}

/** Before somebody chooses: pictures with faces, and where there are none, what there is. */
export function filterAtFirst(counts: FacesCounts): (typeof FILTERS)[number] {
  const order = ['with', 'asking', 'waiting', 'failed', 'without'] as const;
  return order.find((filter) => counts[filter] > 0) ?? 'with';
}
