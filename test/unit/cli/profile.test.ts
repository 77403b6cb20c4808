import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readArguments } from '../../../src/cli/arguments';
import { runProfile } from '../../../src/cli/profile-command';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'profile-command-'));
  file = join(folder, 'studio.json');
});

/** The command as it is typed: what it wrote, what it complained of, its exit code. */
function ferry(...words: string[]) {
  const command = readArguments(['profile', ...words]);
  if (!command.ok) return { code: 2, out: '', complaint: command.fault.message };
  if (!('kind' in command.value) || !command.value.kind.startsWith('profile-'))
    throw new Error('no profile command');
  let out = '';
  let complaint = '';
  const code = runProfile(command.value as Parameters<typeof runProfile>[0], {
    write: (text) => (out += text),
    printError: (sentence) => (complaint += sentence),
  });
  return { code, out, complaint };
}
const saved = (path = file): unknown => JSON.parse(readFileSync(path, 'utf8'));

const MADE = ['name=Studio', 'region=cn-hangzhou', 'bucket=studio-raw', 'prefix=in/{date}'];
const BY_SERVER = [
  'authorization.kind=token-server',
  'authorization.url=https://tokens.example.com/get_sts_token',
];

describe('oss-ferry profile', () => {
  it('makes a profile, changes it and makes another like it', () => {
    expect(ferry('set', file, ...MADE, ...BY_SERVER)).toEqual({
      code: 0,
      out: 'Studio: oss://studio-raw/in/{date}/ in cn-hangzhou, at https://oss-cn-hangzhou.aliyuncs.com, by token-server https://tokens.example.com/get_sts_token\n',
      complaint: '',
    });
    expect(ferry('set', file, 'object.metadata.year=2026', 'allowInsecure=true').code).toBe(0);
    expect(saved()).toMatchObject({ object: { metadata: { year: '2026' } }, allowInsecure: true });
    const copy = join(folder, 'copy.json');
    expect(
      ferry('set', copy, '--from', file, 'name=Copy', '--unset', 'object', '--unset', 'allowInsecure').code,
    ).toBe(0);
    expect(saved(copy)).toEqual({
      name: 'Copy',
      region: 'cn-hangzhou',
      bucket: 'studio-raw',
      prefix: 'in/{date}',
      authorization: { kind: 'token-server', url: 'https://tokens.example.com/get_sts_token' },
    });
    expect(ferry('check', copy).code).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(['copy.json', 'studio.json']);
  });

  it('takes numbers where the profile wants them, and JSON after :=', () => {
    const role = ['authorization.kind=assume-role', 'authorization.roleArn=acs:ram::123456789012:role/up'];
    const session = ['authorization.roleSessionName=12345', 'authorization.durationSeconds=900'];
    const rules = 'object.contentTypes:=[{"names":"*.heic","value":"image/heic"}]';
    const made = ferry('set', file, ...MADE, ...role, ...session, rules);
    expect(made).toMatchObject({ code: 0, complaint: '' });
    expect(saved()).toMatchObject({
      authorization: { durationSeconds: 900, roleSessionName: '12345' },
      object: { contentTypes: [{ names: '*.heic', value: 'image/heic' }] },
    });
  });

  it('writes nothing that would not be a profile', () => {
    expect(ferry('set', file, 'name=Studio').complaint).toMatch(/^The profile field "region" is wrong/);
    expect(existsSync(file)).toBe(false);
    ferry('set', file, ...MADE, ...BY_SERVER);
    const before = readFileSync(file, 'utf8');
    expect(ferry('set', file, 'bucket=A').complaint).toMatch(/^The profile field "bucket" is wrong/);
    expect(ferry('set', file, 'name.x=1').complaint).toMatch(/^name has no fields in it/);
    expect(ferry('set', file, 'secret=x').complaint).toMatch(/unknown field "secret"/);
    expect(ferry('set', file, 'object:={').complaint).toBe('The value of object is not valid JSON.');
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('shares it as a link, which is shown before it becomes a file', () => {
    ferry('set', file, ...MADE, ...BY_SERVER);
    const link = ferry('link', file).out.trim();
    expect(link).toMatch(/^ossferry:\/\/destination\/[\w-]+$/);
    expect(JSON.parse(ferry('open', link).out)).toMatchObject({ name: 'Studio', bucket: 'studio-raw' });
    const other = join(folder, 'other.json');
    expect(ferry('open', link, '--out', other).code).toBe(0);
    expect(ferry('check', other)).toEqual(ferry('check', file));
    expect(ferry('open', link, '--out', file)).toMatchObject({
      code: 2,
      complaint: `${file} is there already; name another file.`,
    });
    expect(ferry('open', link.slice(0, -9)).complaint).toMatch(/cut off or damaged/);
    expect(ferry('open', file).code).toBe(0);
  });

  it.each([
    [['make', 'x'], 'profile knows set, check, link and open, not "make".'],
    [[], 'profile knows set, check, link and open, not "".'],
    [['check'], 'profile check needs the file of a profile.'],
    [['open'], 'profile open needs a link or a file.'],
    [['check', 'a', 'b'], 'profile check takes one file.'],
    [['check', 'a', '--out', 'b'], 'profile check does not take --out.'],
    [['set', 'a', 'bucket'], '"bucket" sets nothing; write name=value, for example bucket=team-media.'],
    [['set', 'a', '__proto__.x=1'], '"__proto__.x" is no name of a field.'],
    [['set', 'a', 'a..b=1'], '"a..b" is no name of a field.'],
    [['set', 'a', '--unset', 'constructor'], '"constructor" is no name of a field.'],
    [['check', 'a', '--what'], "Unknown option '--what'."],
    [['check', '/nowhere/at/all.json'], 'The profile /nowhere/at/all.json does not exist.'],
    [['open', '/nowhere/at/all.json'], '/nowhere/at/all.json cannot be read (ENOENT).'],
    [
      ['set', '/nowhere/at/all.json', ...MADE, ...BY_SERVER],
      '/nowhere/at/all.json cannot be written (ENOENT).',
    ],
  ])('%j', (words, complaint) => {
    expect(ferry(...words)).toEqual({ code: 2, out: '', complaint });
  });

  it('changes no file that is not a profile', () => {
    writeFileSync(file, '[1]');
    expect(ferry('set', file, ...MADE).complaint).toBe(`The profile ${file} is not valid JSON.`);
    expect(readFileSync(file, 'utf8')).toBe('[1]');
  });
});
