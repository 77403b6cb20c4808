import { describe, expect, test } from 'vitest';
import { FaultRules, type FaultsOfRequest, type Operation } from '../../../../src/sandbox/faults/fault-rules';
import { parseFaults, showRule } from '../../../../src/sandbox/faults/parse-faults';

function rulesOf(...items: object[]): FaultRules {
  const parsed = parseFaults(JSON.stringify(items));
  if (parsed.kind === 'bad') throw new Error(parsed.sentence);
  const rules = new FaultRules();
  rules.replace(parsed.rules);
  return rules;
}
const acted = (faults: FaultsOfRequest): string | null => faults.rule?.fault ?? null;
const actedOn = (rules: FaultRules, ...operations: Operation[]) =>
  operations.map((operation) => acted(rules.match(operation)));

describe('fault rules', () => {
  test('skip requests of their operation, then act as often as they count', () => {
    const rules = rulesOf({ operation: 'UploadPart', fault: 'drop', skip: 1, count: 2 });
    expect(actedOn(rules, 'UploadPart', 'PutObject', 'UploadPart', 'UploadPart', 'UploadPart')).toEqual([
      null,
      null,
      'drop',
      'drop',
      null,
    ]);
    expect(rules.left()).toEqual([]);
  });

  test('act for good without a count, and on every operation with a star', () => {
    const rules = rulesOf({ operation: '*', fault: 'throttle' });
    expect(actedOn(rules, 'PutObject', 'AssumeRole', 'DetectImageFaces')).toEqual(Array(3).fill('throttle'));
  });

  test('the first live match acts alone; a rule behind it neither acts nor counts', () => {
    const rules = rulesOf(
      { operation: '*', fault: 'drop', count: 1 },
      { operation: 'PutObject', fault: 'reset', count: 1 },
    );
    expect(actedOn(rules, 'PutObject', 'PutObject', 'PutObject')).toEqual(['drop', 'reset', null]);
  });

  test('a rule that still skips lets the next one act', () => {
    const rules = rulesOf(
      { operation: '*', fault: 'drop', skip: 1 },
      { operation: '*', fault: 'reset', count: 1 },
    );
    expect(actedOn(rules, 'PutObject', 'PutObject')).toEqual(['reset', 'drop']);
  });

  test('delays add up and let later rules act', () => {
    const rules = rulesOf(
      { operation: '*', fault: 'delay', ms: 5 },
      { operation: '*', fault: 'delay', ms: 7 },
      { operation: '*', fault: 'drop' },
    );
    expect(rules.match('PutObject')).toMatchObject({ delayMs: 12, rule: { fault: 'drop' } });
  });

  test('clock-offset shifts every clock while it stands, and the last request it counts too', () => {
    const rules = rulesOf({ operation: 'PutObject', fault: 'clock-offset', ms: -7_200_000, count: 1 });
    expect(rules.match('AssumeRole')).toMatchObject({
      clockOffsetMs: -7_200_000,
      isClockMoved: true,
      rule: null,
    });
    expect(rules.match('PutObject')).toMatchObject({ clockOffsetMs: -7_200_000, isClockMoved: true });
    expect(rules.match('PutObject')).toMatchObject({ clockOffsetMs: 0, isClockMoved: false });
  });

  test('show what is left of them', () => {
    const rules = rulesOf({ operation: 'PutObject', fault: 'stall', afterBytes: 10, skip: 1, count: 2 });
    rules.match('PutObject');
    rules.match('PutObject');
    expect(rules.left().map(showRule)).toEqual([
      { operation: 'PutObject', fault: 'stall', afterBytes: 10, skip: 0, count: 1 },
    ]);
  });
});

test.each([
  ['{', 'not JSON'],
  ['{}', 'JSON array'],
  ['[1]', 'Rule 1 must be an object'],
  [
    '[{"operation":"*","fault":"drop"},{"operation":"*","fault":"explode"}]',
    'Rule 2: "fault" must be one of delay',
  ],
  ['[{"operation":"Upload","fault":"drop"}]', 'Rule 1: "operation" must be one of'],
  ['[{"fault":"drop"}]', 'Rule 1: "operation" must be one of'],
  ['[{"operation":"*","fault":"delay"}]', '"delay" needs "ms"'],
  ['[{"operation":"*","fault":"delay","ms":-1}]', '"ms" must be a whole number of at least 0'],
  ['[{"operation":"*","fault":"status"}]', 'needs "status"'],
  ['[{"operation":"*","fault":"status","status":200}]', 'from 300 to 599'],
  ['[{"operation":"*","fault":"drop","count":0}]', '"count" must be a whole number of at least 1'],
  ['[{"operation":"*","fault":"drop","skip":1.5}]', '"skip" must be a whole number'],
  ['[{"operation":"*","fault":"drop","code":"a b"}]', '"code" must be an error code'],
  ['[{"operation":"PutObject","fault":"short-token","ms":1}]', '"AssumeRole" alone'],
  ['[{"operation":"*","fault":"drop","after":1}]', 'unknown field "after"'],
])('the bad rules %s get a sentence', (text, part) => {
  const parsed = parseFaults(text);
  expect(parsed).toMatchObject({ kind: 'bad', sentence: expect.stringContaining(part) as string });
  expect(parsed.kind === 'bad' && parsed.sentence.endsWith('.')).toBe(true);
});
