import { describe, expect, it } from 'vitest';
import { fault } from '../../../../../src/shared/faults';
import type { BatchRow, ItemState } from '../../../../../src/shared/queue-view';
import { createWords } from '../../../../../src/renderer/i18n/index';
import { formatFor } from '../../../../../src/renderer/i18n/format';
import {
  batchStateName,
  batchWord,
  isEnded,
  itemStateName,
  itemWord,
  LOOKS,
  noteOf,
  timeAtLeastWords,
  timeLeftWords,
} from '../../../../../src/renderer/features/queue/states';
import { batch, FAILED, item, NO_COUNTS } from '../../samples';

const { t } = createWords('en');
const format = formatFor('en');
const busy = fault('server-busy', '');
const word = (state: ItemState) => itemWord(t, format, state, 1_000);

describe('words of a file', () => {
  it.each<[ItemState, string]>([
    [{ kind: 'waiting' }, 'Waiting'],
    [{ kind: 'uploading' }, 'Uploading'],
    [{ kind: 'paused', why: 'user' }, 'Paused'],
    [{ kind: 'paused', why: 'offline' }, 'Waiting for network'],
    [{ kind: 'paused', why: 'credentials' }, 'Waiting for sign-in'],
    [{ kind: 'retrying', at: 8_500, attempt: 3, fault: busy }, 'Retrying in 8 s'],
    [{ kind: 'retrying', at: 0, attempt: 3, fault: busy }, 'Retrying in 0 s'],
    [{ kind: 'verifying' }, 'Verifying'],
    [{ kind: 'completing' }, 'Verifying'],
    [{ kind: 'done', at: 1 }, 'Verified'],
    [{ kind: 'done', at: 1, callbackFault: fault('callback-failed', '') }, 'Verified'],
    [{ kind: 'skipped', why: 'identical', at: 1 }, 'Skipped: identical'],
    [{ kind: 'conflict', fault: busy }, 'Conflict: choose'],
    [{ kind: 'source-changed', fault: busy }, 'Source changed'],
    [FAILED, 'Failed: no permission'],
    [{ kind: 'canceled' }, 'Cancelled'],
  ])('%j is "%s"', (state, expected) => {
    expect(word(state)).toBe(expected);
  });

  it('has a word on what is verified and of which a server does not know, and nothing else that is done', () => {
    const callbackFault = fault('callback-failed', '');
    expect(noteOf(t, format, item(1, 1, { kind: 'done', at: 1, callbackFault }))).toMatchObject({
      text: 'Stored and verified. Your server was not told.',
      action: { act: 'details' },
    });
    expect(noteOf(t, format, item(1, 1, { kind: 'done', at: 1 }))).toBeNull();
  });

  it('gives the seal to what is verified and to nothing else', () => {
    const sealed = Object.entries(LOOKS).filter(([, look]) => look.icon === 'seal');
    expect(sealed.map(([name]) => name)).toEqual(['done']);
  });

  it('is never red while time or a person mends it', () => {
    const red = Object.entries(LOOKS).filter(([, look]) => look.tone === 'fail');
    expect(red.map(([name]) => name)).toEqual(['failed']);
  });

  it('ends where nothing moves any more', () => {
    expect(isEnded({ kind: 'done', at: 1 })).toBe(true);
    expect(isEnded(FAILED)).toBe(true);
    expect(isEnded({ kind: 'completing' })).toBe(false);
    expect(itemStateName({ kind: 'paused', why: 'schedule' })).toBe('schedule');
  });
});

describe('a batch is shown as', () => {
  const name = (more: Partial<BatchRow>) => batchStateName(batch(1, more));
  const counts = (more: Partial<typeof NO_COUNTS>) => ({ counts: { ...NO_COUNTS, ...more } });

  it.each<[Partial<BatchRow>, string]>([
    [{ scanning: true }, 'scanning'],
    [{ active: 2 }, 'uploading'],
    [{}, 'waiting'],
    [{ held: 'user' }, 'paused'],
    [{ held: 'offline' }, 'offline'],
    [{ held: 'credentials', active: 0 }, 'credentials'],
    [counts({ done: 10 }), 'done'],
    [counts({ skipped: 10 }), 'done'],
    [counts({ done: 9, failed: 1 }), 'failed'],
    [counts({ done: 9, conflict: 1 }), 'conflict'],
    [counts({ done: 9, sourceChanged: 1 }), 'source-changed'],
    [counts({ canceled: 10 }), 'canceled'],
    [{ scanFault: fault('source-missing', '') }, 'failed'],
  ])('%j: %s', (more, expected) => {
    expect(name(more)).toBe(expected);
  });

  it('says how many are proven, and only the word where there is no room', () => {
    const half = batch(1, { active: 1, counts: { ...NO_COUNTS, waiting: 5, done: 4, skipped: 1 } });
    expect(batchWord(t, format, half, false)).toBe('Uploading · 5 of 10');
    expect(batchWord(t, format, half, true)).toBe('Uploading');
    expect(batchWord(t, format, batch(1, { scanning: true, items: 48_210 }), false)).toBe(
      'Scanning · ≥ 48,210 found',
    );
    expect(batchWord(t, format, batch(1, counts({ failed: 37 })), false)).toBe('37 failed');
  });
});

describe('the sentence of a row', () => {
  const note = (state: ItemState) => noteOf(t, format, item(1, 1, state));

  it('counts attempts to eight only where the eighth is the last', () => {
    const retrying = (code: 'server-busy' | 'crc-mismatch') =>
      note({ kind: 'retrying', at: 1, attempt: 3, fault: fault(code, '') })?.text;
    expect(retrying('server-busy')).toBe('Attempt 3. The server was busy (503).');
    expect(retrying('crc-mismatch')).toMatch(/^Attempt 3 of 8\. /);
  });

  it('offers one action where there is one', () => {
    expect(note({ kind: 'source-changed', fault: busy })?.action).toMatchObject({ act: 'retry' });
    expect(note(FAILED)?.action).toMatchObject({ act: 'details' });
    expect(note({ kind: 'paused', why: 'offline' })?.action).toBeNull();
    expect(note({ kind: 'uploading' })).toBeNull();
    expect(note({ kind: 'paused', why: 'user' })).toBeNull();
  });

  it('says what is kept', () => {
    const row = { ...item(1, 1, { kind: 'paused', why: 'credentials' }), verifiedBytes: 18.4e9 };
    expect(noteOf(t, format, row)?.text).toBe('18.4 GB are kept. Goes on by itself after sign-in.');
  });
});

describe('estimates', () => {
  it('are nothing where they would be guesses', () => {
    expect(timeLeftWords(t, format, null)).toBe('');
    expect(timeLeftWords(t, format, 655)).toBe('about 11 min');
    expect(timeLeftWords(t, format, 5400 * 1.2)).toBe('about 2 hours');
    expect(timeAtLeastWords(t, format, 3_000)).toBe('At least 50 min');
  });
});
