import { describe, expect, it } from 'vitest';
import type { BatchRow } from '../../../../src/shared/queue-view';
import { milestones } from '../../../../src/renderer/store/announcer';
import { batch, NO_COUNTS } from '../samples';

const view = (batches: BatchRow[], causes: string[] = []) => ({ batches, causeIds: new Set(causes) });
const at = (verifiedBytes: number, more: Partial<BatchRow> = {}) => batch(1, { verifiedBytes, ...more });
const DONE = { counts: { ...NO_COUNTS, done: 8, skipped: 2 } };

describe('what is worth saying', () => {
  it('says that a batch begins', () => {
    expect(milestones(view([]), view([at(0)])).map((one) => one.kind)).toEqual(['begins']);
  });

  it('says each quarter once', () => {
    expect(milestones(view([at(240)]), view([at(260)]))).toMatchObject([{ kind: 'share', percent: 25 }]);
    expect(milestones(view([at(260)]), view([at(300)]))).toEqual([]);
    expect(milestones(view([at(0)]), view([at(800)]))).toMatchObject([{ kind: 'share', percent: 75 }]);
  });

  it('says done only when every file is proven, and no quarters while the total is not known', () => {
    expect(milestones(view([at(900)]), view([at(1000)]))).toEqual([]);
    expect(milestones(view([at(900)]), view([at(1000, DONE)])).map((one) => one.kind)).toEqual(['done']);
    expect(milestones(view([at(1000, DONE)]), view([at(1000, { ...DONE, name: 'x' })]))).toEqual([]);
    expect(milestones(view([at(0, { scanning: true })]), view([at(600, { scanning: true })]))).toEqual([]);
  });

  it('says a new cause once, last and so first heard', () => {
    const said = milestones(view([at(0)], ['a']), view([at(500)], ['a', 'b']));
    expect(said.at(-1)).toEqual({ kind: 'needs', causes: 2 });
    expect(milestones(view([], ['a']), view([], ['a']))).toEqual([]);
  });
});
