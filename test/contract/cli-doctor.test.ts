import { describe, expect, it } from 'vitest';
import { checkEvent } from '../../src/cli/doctor';
import { hintSentence, titleOf } from '../../src/host/doctor/sentences';
import { CHECK_IDS, doctorExitCode, HINT_CODES, type Check } from '../../src/shared/doctor';
import { fault } from '../../src/shared/faults';
import { objectRights } from '../../src/shared/ram-statement';

const check = (more: Partial<Check> = {}): Check => ({ id: 'put', ok: true, optional: false, ...more });
const refused = fault('no-permission', 'OSS refused PutObject.', {
  ossCode: 'AccessDenied',
  requestId: '68FF',
  hostId: 'host',
});

describe('a line of doctor --json', () => {
  it.each<[string, Check, Record<string, unknown>]>([
    ['what is well', check(), { id: 'put', ok: true }],
    [
      'what was found, in a sentence',
      check({ id: 'stored' as never, hint: { code: 'stored', values: { bytes: 79 } } }),
      { id: 'stored', ok: true, hint: '79 bytes; the CRC-64 is that of what was sent.' },
    ],
    [
      'a refused right with its statement',
      check({
        ok: false,
        fault: refused,
        hint: { code: 'ask-right', values: { action: 'oss:PutObject' } },
        rights: [...objectRights({ bucket: 'team-media', prefix: 'ingest/' })],
      }),
      {
        id: 'put',
        ok: false,
        fault: {
          code: 'no-permission',
          ossCode: 'AccessDenied',
          requestId: '68FF',
          message: 'OSS refused PutObject.',
        },
        hint: 'Ask the administrator to allow oss:PutObject; the statement is below.',
        statement: {
          Effect: 'Allow',
          Action: ['oss:PutObject', 'oss:AbortMultipartUpload', 'oss:ListParts'],
          Resource: ['acs:oss:*:*:team-media/ingest/*'],
        },
      },
    ],
    [
      'what is only wanted, with the words for its fault',
      check({ id: 'head', ok: false, optional: true, fault: fault('dns', 'No name.') }),
      {
        id: 'head',
        ok: false,
        optional: true,
        fault: { code: 'dns', message: 'No name.' },
        hint: 'Check endpoint, region and VPN.',
      },
    ],
    [
      'what could not be tried',
      check({ ok: null, hint: { code: 'waits-for', values: { check: 'dns' } } }),
      { id: 'put', ok: null, hint: 'Not tried, because of "dns".' },
    ],
  ])('tells %s', (_what, given, fields) => {
    expect(checkEvent(given)).toEqual({ event: 'check', ...fields });
  });

  it('has words for every check and every hint', () => {
    for (const id of CHECK_IDS) expect(titleOf(id)).toMatch(/^[A-Z].*[^.]$/);
    const values = {
      host: 'h',
      count: 2,
      at: 0,
      seconds: 5,
      minutes: 1,
      key: 'k',
      bytes: 1,
      speed: 1,
      action: 'a',
    };
    const others = {
      variable: 'v',
      proxy: 'p',
      issuer: 'i',
      names: 'n',
      endpoint: 'e',
      protocol: 't',
      way: 'w',
    };
    for (const code of HINT_CODES) {
      const said = hintSentence({
        hint: { code, values: { ...values, ...others, check: 'c', project: 'j' } },
      });
      expect(said, code).toMatch(/^\S.*\.$/);
      expect(said, code).not.toMatch(/undefined|NaN|\[object/);
    }
  });
});

it.each<[number, readonly Check[]]>([
  [0, []],
  [0, [check(), check({ ok: null })]],
  [0, [check({ ok: false, optional: true, fault: refused })]],
  [1, [check({ ok: false, fault: refused })]],
  [3, [check({ id: 'credentials', ok: false, fault: fault('token-refused', '') })]],
  [3, [check({ id: 'signature', ok: false, fault: fault('signature', '') })]],
  [1, [check({ id: 'credentials', ok: false, fault: fault('token-server', '') })]],
  // Another right does not come from other credentials.
  [1, [check({ id: 'put', ok: false, fault: fault('token-expired', '') })]],
])('the exit code is %i: %#', (code, checks) => {
  expect(doctorExitCode(checks)).toBe(code);
});
