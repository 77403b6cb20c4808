import { describe, expect, it } from 'vitest';
import type { FacesCounts, FacesDetail, FacesResult } from '../../../../../src/shared/faces';
import { fault } from '../../../../../src/shared/faults';
import {
  filterAtFirst,
  filterOf,
  filtersFor,
  shownResult,
} from '../../../../../src/renderer/features/faces/results';
import { byRuleWord } from '../../../../../src/renderer/ingest-words';
import { createWords } from '../../../../../src/renderer/i18n/index';

const FOUND: FacesResult['state'] = { kind: 'found', at: 1, milliseconds: null };
const FAILED: FacesResult['state'] = { kind: 'failed', at: 1, fault: fault('imm-unreachable', '') };
const result = (source: 'imm' | 'local', state: FacesResult['state'], faces = 1): FacesResult => ({
  source,
  state,
  project: null,
  etag: null,
  image: null,
  faces: Array.from({ length: faces }, () => ({})),
  raw: '',
});
const detail = (imm: FacesResult | null, local: FacesResult | null, asks = false): FacesDetail =>
  ({ imm, local, decision: asks ? { faces: 1, asks, tag: null, key: null } : null }) as FacesDetail;

describe('the result on view', () => {
  const imm = result('imm', FOUND);
  const local = result('local', FOUND);

  it('is that of IMM where it has answered, else that of this device, unless one is wished for', () => {
    expect(shownResult(detail(imm, local), null)).toBe(imm);
    expect(shownResult(detail(result('imm', FAILED), local), null)).toBe(local);
    expect(shownResult(detail(imm, local), 'local')).toBe(local);
    expect(shownResult(detail(imm, null), 'local')).toBe(imm);
    expect(shownResult(detail(null, null), null)).toBeNull();
    const failed = result('imm', FAILED);
    expect(shownResult(detail(failed, null), null)).toBe(failed);
  });

  it('decides which list the picture is in', () => {
    expect(filterOf(detail(imm, null))).toBe('with');
    expect(filterOf(detail(result('imm', FOUND, 0), null))).toBe('without');
    expect(filterOf(detail(result('imm', FAILED), null))).toBe('failed');
    expect(filterOf(detail(null, result('local', { kind: 'waiting' })))).toBe('waiting');
    expect(filterOf(detail(null, local, true))).toBe('asking');
  });
});

describe('the filter', () => {
  const counts = (some: Partial<FacesCounts>): FacesCounts => ({
    all: 1,
    with: 0,
    without: 0,
    failed: 0,
    waiting: 0,
    asking: 0,
    ...some,
  });

  it('offers waiting and asking only where there are such, or one stands there', () => {
    expect(filtersFor(counts({}), 'with')).toEqual(['with', 'without', 'failed']);
    expect(filtersFor(counts({ waiting: 2 }), 'with')).toEqual(['with', 'without', 'failed', 'waiting']);
    expect(filtersFor(counts({}), 'asking')).toEqual(['with', 'without', 'failed', 'asking']);
  });

  it('begins where there is something to see', () => {
    expect(filterAtFirst(counts({ with: 1, asking: 1 }))).toBe('with');
    expect(filterAtFirst(counts({ waiting: 3, without: 9 }))).toBe('waiting');
    expect(filterAtFirst(counts({ without: 9 }))).toBe('without');
    expect(filterAtFirst(counts({}))).toBe('with');
  });
});

it('the answer to a rule is named after what the rule does', () => {
  const { t } = createWords('en');
  expect(byRuleWord(t, { ask: true, tag: true, prefix: 'ingest/private/' })).toBe('Upload to private/');
  expect(byRuleWord(t, { ask: true, tag: true })).toBe('Upload with the tag');
  expect(byRuleWord(t, { ask: true, tag: false })).toBeNull();
  expect(byRuleWord(t, undefined)).toBeNull();
});
