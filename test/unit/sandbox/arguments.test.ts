import { expect, test } from 'vitest';
import { parseSandboxArguments } from '../../../src/sandbox/arguments';

test('reads all that the sandbox can be told', () => {
  expect(
    parseSandboxArguments(['--data', '/d', '--port=9000', '--token-seconds', '4', '--discard', '--json']),
  ).toEqual({
    kind: 'start',
    isJson: true,
    options: { dataFolder: '/d', port: 9000, tokenSeconds: 4, discard: true },
  });
  expect(parseSandboxArguments(['--data', 'd'])).toMatchObject({
    isJson: false,
    options: { port: 0, discard: false },
  });
  expect(
    parseSandboxArguments(['--data=d', '--cname', 'Files.test=one', '--cname=b.test=two']),
  ).toMatchObject({
    options: {
      cnames: new Map([
        ['files.test', 'one'],
        ['b.test', 'two'],
      ]),
    },
  });
  expect(parseSandboxArguments(['--data=d', '--cors', 'http://a.test', '--cors=*'])).toMatchObject({
    options: { corsOrigins: ['http://a.test', '*'] },
  });
  expect(parseSandboxArguments(['--help'])).toMatchObject({ kind: 'help' });
});

test.each([
  [[], '--data DIR is needed'],
  [['--data'], '--data needs a value'],
  [['--data', 'a', '--data', 'b'], 'given twice'],
  [['--data', 'a', '--port', 'x'], '--port must be a whole number'],
  [['--data', 'a', '--port', '65533'], 'from 0 to 65532'],
  [['--data', 'a', '--token-seconds', '0'], '--token-seconds must be'],
  [['--data', 'a', '--role-policy', '/no/such/file'], 'cannot be read'],
  [['--data', 'a', '--cname', 'files.example.test'], '--cname must be a host name'],
  [['--data', 'a', '--cname', 'files.example.test:80=sandbox'], '--cname must be a host name'],
  [['--data', 'a', '--cname', '10.0.0.1=sandbox'], '--cname must be a host name'],
  [['--data', 'a', '--cname', 'a.test=No'], '--cname must be a host name'],
  [['--data', 'a', '--cors', 'localhost:3000'], '--cors must be "*" or an origin'],
  [['--data', 'a', '--users', '/no/such/file'], '--users: the file'],
  [['--data', 'a', '--roles', '/no/such/file'], '--roles: the file'],
  [['--data', 'a', '--what'], 'no argument "--what"'],
  [['--data', 'a', 'stray'], 'no argument "stray"'],
])('%j gets one sentence', (words, part) => {
  expect(parseSandboxArguments(words)).toMatchObject({
    kind: 'bad',
    sentence: expect.stringContaining(part) as string,
  });
});
