import type { Exchange } from '../wire/exchange';
import { Refusal } from '../wire/refusal';

/**
 * The bytes that a request's Range asks for, as from and to (exclusive), or null for the whole object.
 * OSS by default answers a range that does not lie wholly inside the object with all of it and 200; only
 * with `x-oss-range-behavior: standard` does it cut the range to the object or answer 416.
 */
export function rangeOf(exchange: Exchange, sizeBytes: number): readonly [from: number, to: number] | null {
  const [, first = '', last = ''] =
    /^bytes=(\d*)-(\d*)(?:,|$)/.exec(exchange.headers.get('range') ?? '') ?? [];
  if (first === '' && last === '') return null;
  const isStandard = exchange.headers.get('x-oss-range-behavior') === 'standard';
  const from = first === '' ? sizeBytes - Number(last) : Number(first);
  const to = first === '' || last === '' ? sizeBytes : Number(last) + 1;
  if (from >= 0 && from < to && to <= sizeBytes) return [from, to];
  if (!isStandard || (first !== '' && last !== '' && Number(last) < Number(first))) return null;
  if (from >= sizeBytes) {
    throw new Refusal(416, 'InvalidRange', 'The requested range cannot be satisfied.', {
      fields: { ActualObjectSize: String(sizeBytes), RangeRequested: exchange.headers.get('range') ?? '' },
    });
  }
  return [Math.max(from, 0), Math.min(to, sizeBytes)];
}
