import { describe, expect, it } from 'vitest';
import { jsonOutput, readable, textOutput } from '../../src/cli/output';
import type { Ended } from '../../src/host/upload-engine';
import type { ItemEnd } from '../../src/engine/queue-ports';
import { fault } from '../../src/shared/faults';
import type { Crc64, ETag } from '../../src/shared/ids';

const crc64 = '17444466713013735934' as Crc64;
const etag = 'ABC-2' as ETag;
const ended = (end: ItemEnd): Ended => ({ key: 'uploads/a', path: '/data/a', sizeBytes: 5, at: 0, end });
const refused = fault('no-permission', 'OSS refused PutObject.', {
  ossCode: 'AccessDenied',
  ec: '0003-00000001',
  requestId: '68FF',
  hostId: 'host',
});

const ENDS: readonly (readonly [ItemEnd, Readonly<Record<string, unknown>>])[] = [
  [
    { kind: 'done', crc64, etag, versionId: null, requestIds: ['1'] },
    { state: 'done', crc64, etag },
  ],
  [
    {
      kind: 'done',
      crc64,
      etag,
      versionId: null,
      requestIds: [],
      callbackFault: fault('callback-failed', '502.'),
    },
    { state: 'done', crc64, etag, callback: { code: 'callback-failed', message: '502.' } },
  ],
  [
    { kind: 'skipped', why: 'identical', crc64, etag },
    { state: 'skipped', crc64, etag },
  ],
  [
    { kind: 'failed', fault: refused },
    {
      state: 'failed',
      fault: {
        code: 'no-permission',
        ossCode: 'AccessDenied',
        ec: '0003-00000001',
        requestId: '68FF',
        message: 'OSS refused PutObject.',
      },
    },
  ],
  [
    { kind: 'conflict', fault: fault('object-exists', 'It is there.') },
    { state: 'conflict', fault: { code: 'object-exists', message: 'It is there.' } },
  ],
  [
    { kind: 'source-changed', fault: fault('source-changed', 'It was cut.') },
    { state: 'source-changed', fault: { code: 'source-changed', message: 'It was cut.' } },
  ],
  [{ kind: 'canceled' }, { state: 'canceled', fault: { code: 'canceled', message: 'It was canceled.' } }],
];

function written(say: (output: ReturnType<typeof jsonOutput>) => void): unknown[] {
  let text = '';
  say(jsonOutput((more) => (text += more)));
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

describe('--json', () => {
  it.each(ENDS)('tells an end of a file in one line: %#', (end, fields) => {
    expect(written((output) => output.ended(ended(end)))).toEqual([
      { event: 'item', key: 'uploads/a', path: '/data/a', bytes: 5, ...fields },
    ]);
  });

  it('keeps a name with a line break on one line', () => {
    const end = ended({ kind: 'canceled' });
    expect(written((output) => output.ended({ ...end, key: 'a\nb' }))).toMatchObject([{ key: 'a\nb' }]);
  });

  it('tells what a rule about faces has decided', () => {
    const [path, key] = ['/data/a.jpg', 'people/a.jpg'];
    const why = fault('picture-unreadable', 'It is damaged.');
    expect(
      written((output) => {
        output.decided({ path, key, faces: 2, tag: 'faces=2', fault: null });
        output.decided({ path, key, faces: null, tag: null, fault: why });
      }),
    ).toEqual([
      { event: 'faces', path, key, faces: 2, tag: 'faces=2' },
      { event: 'faces', path, key, faces: null, tag: null, fault: { ...why } },
    ]);
  });

  it('tells what it waits for', () => {
    const waiting = { reason: 'offline', fault: fault('dns', 'No name.'), passes: true } as const;
    expect(written((output) => output.waiting(waiting))).toEqual([
      { event: 'waiting', reason: 'offline', fault: { code: 'dns', message: 'No name.' } },
    ]);
  });
});

it('for people, groups what failed by its cause and names at most five files', () => {
  let text = '';
  const output = textOutput((more) => (text += more), false);
  for (let number = 0; number < 7; number += 1)
    output.ended({ ...ended({ kind: 'failed', fault: refused }), path: `/data/${number}` });
  const none = { canceled: 0, conflict: 0, sourceChanged: 0, untold: 0, sentBytes: 0, resentBytes: 0 };
  output.summary({ ...none, items: 9, done: 2, skipped: 0, failed: 7, bytes: 41_200_000, seconds: 1.5 });
  expect(text).toBe(
    [
      '2 verified, 0 skipped, 7 not done; 41.2 MB in 1.5 s',
      '7 files: OSS refused PutObject. [no-permission, AccessDenied, 68FF]',
      ...[0, 1, 2, 3, 4].map((number) => `  /data/${number}`),
      '  and 2 more',
      '',
    ].join('\n'),
  );
});

it('for people, says how many files of the folder their server was not told of', () => {
  let text = '';
  const output = textOutput((more) => (text += more), false);
  const none = { failed: 0, canceled: 0, conflict: 0, sourceChanged: 0, sentBytes: 0, resentBytes: 0 };
  output.summary({ ...none, items: 0, done: 0, skipped: 0, untold: 1, bytes: 0, seconds: 0.1 });
  expect(text).toContain('Your server was not told of 1 verified file; resume tells it again');
});

it.each([
  [0, 'faces=0', 'no face, goes to k.jpg with the tag faces=0'],
  [1, null, '1 face, goes to k.jpg'],
  [2, 'faces=2', '2 faces, goes to k.jpg with the tag faces=2'],
  [null, null, 'goes to k.jpg as usual, nobody could look for faces (It is damaged.)'],
])('for people, %s faces and the tag %s read as a line', (faces, tag, words) => {
  let text = '';
  const why = faces === null ? fault('picture-unreadable', 'It is damaged.') : null;
  textOutput((more) => (text += more), false).decided({
    path: '/a.jpg',
    key: 'k.jpg',
    faces,
    tag,
    fault: why,
  });
  expect(text).toBe(`/a.jpg: ${words}\n`);
});

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [1_500_000, '1.5 MB'],
  [999_999, '1.0 MB'],
  [2e15, '2000.0 TB'],
])('%d bytes read as %s', (bytes, words) => {
  expect(readable(bytes)).toBe(words);
});
