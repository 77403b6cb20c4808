import { describe, expect, it } from 'vitest';
import { readArguments } from '../../../src/app-server/arguments';
import { StartProblem } from '../../../src/app-server/problem';

describe('readArguments', () => {
  it('listens on loopback at a free port unless told otherwise', () => {
    expect(readArguments([])).toEqual({ host: '127.0.0.1', port: 0, json: false });
    expect(readArguments(['--json', '--host', '0.0.0.0', '--port', '80'])).toEqual({
      host: '0.0.0.0',
      port: 80,
      json: true,
    });
    expect(readArguments(['--host=::1', '--port=65535'])).toEqual({ host: '::1', port: 65_535, json: false });
  });

  it.each([
    [['--prot', '80'], 'The argument "--prot" is not known'],
    [['80'], 'The argument "80" is not known'],
    [['--port'], 'The option --port is wrong'],
    [['--port', '65536'], 'The option --port is wrong'],
    [['--port', '-1'], 'The option --port is wrong'],
    [['--host', '--json'], 'The option --host is wrong'],
    [['--host', 'http://a'], 'The option --host is wrong'],
  ])('refuses %j with one sentence and exit code 2', (argv, words) => {
    const attempt = () => readArguments(argv);
    expect(attempt).toThrow(StartProblem);
    expect(attempt).toThrow(words);
    expect(attempt).toThrow(expect.objectContaining({ exitCode: 2 }) as Error);
  });
});
