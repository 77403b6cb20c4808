import { describe, expect, it } from 'vitest';
import { durationMs, readArguments, USAGE } from '../../src/cli/arguments';

const usual = ['--profile', 'p.json', '--state', 'dir'];

describe('the command line', () => {
  it('of upload takes paths and every option', () => {
    const words = [
      'upload',
      'a',
      'b',
      ...usual,
      '--prefix',
      'x',
      '--conflict',
      'overwrite',
      '--concurrency',
      '4',
    ];
    expect(readArguments([...words, '--max-wait', '5m', '--receipt', 'r.jsonl', '--json'])).toEqual({
      ok: true,
      value: {
        kind: 'upload',
        paths: ['a', 'b'],
        profileFile: 'p.json',
        directory: 'dir',
        prefix: 'x/',
        conflict: 'overwrite',
        connections: 4,
        maxWaitMs: 300_000,
        receiptFile: 'r.jsonl',
        json: true,
      },
    });
  });

  it('leaves prefix and conflict to the profile, waits for good and uses 32 connections', () => {
    expect(readArguments(['resume', ...usual])).toEqual({
      ok: true,
      value: {
        kind: 'resume',
        paths: [],
        profileFile: 'p.json',
        directory: 'dir',
        prefix: null,
        conflict: null,
        connections: 32,
        maxWaitMs: null,
        receiptFile: null,
        json: false,
      },
    });
  });

  it('of faces takes one picture, and a profile for what is in a bucket', () => {
    const value = { kind: 'faces', picture: 'a.jpg', profileFile: null, json: true };
    expect(readArguments(['faces', 'a.jpg', '--json'])).toEqual({ ok: true, value });
    expect(readArguments(['faces', 'oss://photos/a b/c.jpg', '--profile', 'p.json'])).toEqual({
      ok: true,
      value: { kind: 'faces', picture: 'oss://photos/a b/c.jpg', profileFile: 'p.json', json: false },
    });
    for (const words of [
      ['faces'],
      ['faces', 'a.jpg', 'b.jpg'],
      ['faces', 'oss://photos', '--profile', 'p.json'],
      ['faces', 'oss://photos/a.jpg'],
      ['faces', 'a.jpg', '--state', 'dir'],
    ])
      expect(readArguments(words)).toMatchObject({ ok: false, fault: { code: 'invalid-input' } });
  });

  it('of status takes the folder alone', () => {
    expect(readArguments(['status', '--state', 'dir', '--json'])).toEqual({
      ok: true,
      value: { kind: 'status', directory: 'dir', json: true },
    });
    expect(readArguments(['status', ...usual])).toMatchObject({
      ok: false,
      fault: { code: 'invalid-input' },
    });
  });

  it('of verify takes a receipt and a profile, and both are needed', () => {
    const words = ['verify', '--receipt', 'r.jsonl', '--profile', 'p.json'];
    expect(readArguments([...words, '--json'])).toEqual({
      ok: true,
      value: { kind: 'verify', receiptFile: 'r.jsonl', profileFile: 'p.json', json: true },
    });
    for (const wrong of [words.slice(0, 3), ['verify', '--profile', 'p.json'], [...words, 'a.jpg']])
      expect(readArguments(wrong)).toMatchObject({ ok: false, fault: { code: 'invalid-input' } });
  });

  it('without words, or with --help, asks for help', () => {
    for (const words of [[], ['--help'], ['-h'], ['upload', '--help']])
      expect(readArguments(words)).toEqual({ ok: true, value: { kind: 'help' } });
  });

  it('an empty --prefix means none, and one that ends in a slash is left as it is', () => {
    for (const [given, meant] of [
      ['', ''],
      ['a/b/', 'a/b/'],
      ['a/b', 'a/b/'],
    ] as const)
      expect(readArguments(['upload', 'a', ...usual, '--prefix', given])).toMatchObject({
        value: { prefix: meant },
      });
  });

  it('is told what is wrong in one sentence of one line', () => {
    const wrong = [
      ['nothing'],
      ['upload', ...usual],
      ['upload', 'a'],
      ['upload', 'a', ...usual, '--nonsense'],
    ];
    for (const words of wrong) {
      const outcome = readArguments(words);
      expect(outcome.ok ? '' : outcome.fault.message).toMatch(/^[^\n]+[.:][^\n]*$/);
    }
  });

  it('has a usage that names each command, option and exit code of the contract', () => {
    for (const word of [
      'upload',
      'resume',
      'status',
      'verify',
      '--receipt',
      '--prefix',
      '--conflict',
      '--concurrency',
      '--max-wait',
      '--json',
    ])
      expect(USAGE).toContain(word);
    expect(USAGE).toContain('0 all done or skipped, 1 something failed, 2 bad arguments or profile');
  });
});

it.each([
  ['90', 90_000],
  ['90s', 90_000],
  ['1.5m', 90_000],
  ['2h', 7_200_000],
  ['250ms', 250],
])('%s lasts %d ms', (text, ms) => {
  expect(durationMs(text)).toBe(ms);
});

it.each(['', 's', '-5s', '5 s', '5d', '1e3', 'Infinity'])('"%s" is no time', (text) => {
  expect(durationMs(text)).toBeNaN();
});
