import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LiveWindow } from '../../../src/engine/live-window';
import type { ItemId } from '../../../src/shared/ids';

const id = (number: number): ItemId => number as ItemId;

describe('the live window', () => {
  it('is a map that never changes under whoever holds it', () => {
    const change = fc.record({ id: fc.nat(80), value: fc.option(fc.nat()) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const model = new Map<number, number>();
        let window = LiveWindow.empty<number>();
        for (const { id: number, value } of changes) {
          const before = window;
          const had = [...before.values()].sort((a, b) => a - b);
          window = value === null ? window.delete(id(number)) : window.set(id(number), value);
          expect([...before.values()].sort((a, b) => a - b)).toEqual(had);
          expect(before.size).toBe(had.length);
          if (value === null) model.delete(number);
          else model.set(number, value);
        }
        expect(window.size).toBe(model.size);
        for (let number = 0; number <= 80; number += 1) {
          expect(window.get(id(number))).toBe(model.get(number));
          expect(window.has(id(number))).toBe(model.has(number));
        }
        expect([...window.values()].sort((a, b) => a - b)).toEqual([...model.values()].sort((a, b) => a - b));
      }),
    );
  });

  it('is itself where nothing is to be taken away', () => {
    const window = LiveWindow.empty<number>().set(id(1), 1);
    expect(window.delete(id(33))).toBe(window);
  });
});
