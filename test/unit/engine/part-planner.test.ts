import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LARGEST_OBJECT, LARGEST_PART, MOST_PARTS, SMALLEST_PART } from '../../../src/engine/limits';
import { choosePartSize, countParts, rangeOfPart } from '../../../src/engine/part-planner';

const GIB = 1024 ** 3;
const sizes = fc.oneof(
  fc.integer({ min: 1, max: 64 * GIB }),
  fc.bigInt({ min: 1n, max: BigInt(LARGEST_OBJECT) }).map(Number),
  fc.constantFrom(LARGEST_OBJECT, LARGEST_OBJECT - 1, SMALLEST_PART, SMALLEST_PART + 1),
);

describe('the part planner', () => {
  it('never makes more than 9,500 parts, of a power of two between 1 MiB and 512 MiB', () => {
    fc.assert(
      fc.property(sizes, (sizeBytes) => {
        const part = choosePartSize(sizeBytes);
        expect(Number.isInteger(Math.log2(part))).toBe(true);
        expect(part).toBeGreaterThanOrEqual(SMALLEST_PART);
        expect(part).toBeLessThanOrEqual(LARGEST_PART);
        expect(countParts(sizeBytes, part)).toBeLessThanOrEqual(MOST_PARTS);
      }),
    );
  });

  it('takes the next power of two of a thousandth', () => {
    expect(choosePartSize(17 * 1024 ** 2)).toBe(1024 ** 2);
    expect(choosePartSize(1000 * 1024 ** 2)).toBe(1024 ** 2);
    expect(choosePartSize(1000 * 1024 ** 2 + 1)).toBe(2 * 1024 ** 2);
    expect(choosePartSize(100 * GIB)).toBe(128 * 1024 ** 2);
  });

  it('covers every byte once, and only the last part may be smaller', () => {
    fc.assert(
      fc.property(sizes, (sizeBytes) => {
        const part = choosePartSize(sizeBytes);
        const total = countParts(sizeBytes, part);
        let reached = 0;
        for (let number = 1; number <= total; number += 1) {
          const range = rangeOfPart(sizeBytes, part, number);
          if (range.offsetBytes !== reached || range.sizeBytes <= 0) throw new Error(`hole at ${reached}`);
          if (number < total && range.sizeBytes !== part) throw new Error(`short part ${number}`);
          reached += range.sizeBytes;
        }
        expect(reached).toBe(sizeBytes);
      }),
      { numRuns: 60 },
    );
  });

  it('knows no part of an empty file', () => expect(countParts(0, SMALLEST_PART)).toBe(0));
});
