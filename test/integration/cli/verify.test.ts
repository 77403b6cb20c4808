/** Receipts of the built command, and the bucket compared with them again. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aliOss } from '../sandbox/cloud';
import { MINIMAL_ROLE } from '../../fakes/roles';
import { MIB, World } from '../engine/harness';
import { ensureCommand, profileFile, run, RunningCommand, summaryOf, type Finished } from './command';

let world: World;
let profile: string;
beforeAll(ensureCommand);
beforeEach(async () => {
  world = await World.create();
  profile = await profileFile(world);
});
afterEach(() => world.stop());

const at = (name: string): string => join(world.folder, name);
const linesOf = (file: string): readonly Record<string, unknown>[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** Uploads the folder `in` of three files with a receipt. */
async function upload(...more: readonly string[]): Promise<Finished> {
  for (const [name, size] of [
    ['a.txt', 10],
    ['b/empty', 0],
    ['film.bin', 20 * MIB],
  ] as const)
    await world.write(`in/${name}`, size);
  const words = ['upload', world.path('in'), '--profile', profile, '--state', at('queue')];
  return run([...words, '--receipt', at('receipt'), ...more]);
}

const verify = (...more: readonly string[]): Promise<Finished> =>
  run(['verify', '--receipt', at('receipt'), '--profile', profile, ...more]);

const statesOf = ({ events }: Finished): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    events.filter(({ event }) => event === 'verify').map(({ key, state }) => [String(key), state]),
  );

describe('a receipt', () => {
  it('holds each file with its proof, the folder’s summary, and a digest of all above', async () => {
    expect((await upload()).code).toBe(0);
    const [header, ...rest] = linesOf(at('receipt'));
    expect(header).toMatchObject({ receipt: 1, region: 'cn-hangzhou', bucket: 'sandbox' });
    expect(header?.['app']).toMatch(/^oss-ferry \d+\.\d+\.\d+$/);
    const end = rest.at(-1);
    const stored = await world.objects();
    expect(rest.slice(0, -1)).toHaveLength(3);
    for (const line of rest.slice(0, -1)) {
      const object = stored.get(String(line['key']));
      expect(line).toMatchObject({ state: 'done', size: object?.size, crc64: object?.crc64 });
      expect(line['path']).toBe(world.path(String(line['key']).replace('uploads/', '')));
      expect(line['requestIds']).not.toEqual([]);
    }
    expect(end?.['summary']).toMatchObject({ items: 3, done: 3, failed: 0, possibleOrphans: 0 });
    const text = readFileSync(at('receipt'), 'utf8');
    const above = text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1);
    expect(end?.['sha256']).toBe(createHash('sha256').update(above).digest('hex'));
    expect(await readdir(world.folder)).not.toContain('receipt.part');
    expect(text).not.toMatch(/SecurityToken|STS\.|Signature/);
  });

  it('of a run that was killed and resumed holds the files of both', async () => {
    await world.write('in/first.txt', 10);
    await world.write('in/film.bin', 20 * MIB);
    await world.faults({ operation: 'UploadPart', fault: 'stall', afterBytes: 10, skip: 5 });
    const usual = ['--profile', profile, '--state', at('queue')];
    const command = new RunningCommand(['upload', world.path('in'), ...usual, '--json'], {});
    await command.told(({ event }) => event === 'item');
    await world.untilRequests('UploadPart', 5);
    command.child.kill('SIGKILL');
    await command.finished;
    await world.faults();
    expect((await run(['resume', ...usual, '--receipt', at('receipt')])).code).toBe(0);
    const keys = linesOf(at('receipt')).flatMap(({ key }) => (typeof key === 'string' ? [key] : []));
    expect([...keys].sort()).toEqual(['uploads/in/film.bin', 'uploads/in/first.txt']);
    expect((await verify()).stdout).toBe('2 of 2 equal, 0 missing, 0 changed\n');
  });

  it('that cannot be written is said: before anything is sent, where that can be known', async () => {
    await world.write('in/a.txt', 10);
    const words = ['upload', world.path('in'), '--profile', profile, '--state', at('queue'), '--receipt'];
    const nowhere = await run([...words, at('none/receipt')]);
    expect([nowhere.code, nowhere.stderr]).toEqual([
      2,
      `The receipt cannot be written: the folder ${at('none')} does not exist.\n`,
    ]);
    expect(await world.requests('PutObject')).toEqual([]);
    await mkdir(at('taken'));
    const taken = await run([...words, at('taken')]);
    expect([taken.code, taken.stderr]).toEqual([
      1,
      `The receipt ${at('taken')} cannot be written (EISDIR).\n`,
    ]);
    expect((await world.objects()).size).toBe(1);
    expect(await readdir(world.folder)).not.toContain('taken.part');
  });
});

describe('verify', () => {
  it('says of each object whether it is still the one', async () => {
    await upload();
    const same = await verify('--json');
    expect([same.code, same.stderr]).toEqual([0, '']);
    expect(Object.values(statesOf(same))).toEqual(['equal', 'equal', 'equal']);
    expect(summaryOf(same)).toMatchObject({ items: 3, equal: 3, missing: 0, changed: 0, unknown: 0 });
    await world.put('uploads/in/a.txt', Buffer.from('0123456789'));
    await aliOss(world.sandbox).delete('uploads/in/b/empty');
    const other = await verify('--json');
    expect(other.code).toBe(1);
    expect(statesOf(other)).toEqual({
      'uploads/in/a.txt': 'changed',
      'uploads/in/b/empty': 'missing',
      'uploads/in/film.bin': 'equal',
    });
    const { code, stdout } = await verify();
    expect(code).toBe(1);
    expect(stdout.split('\n').sort()).toEqual([
      '',
      '1 of 3 equal, 1 missing, 1 changed',
      'changed  uploads/in/a.txt',
      'missing  uploads/in/b/empty',
    ]);
  });

  it('takes the latest word on a file that was sent again', async () => {
    await upload();
    // The same names with other bytes.
    expect((await upload('--conflict', 'overwrite')).code).toBe(0);
    expect(linesOf(at('receipt'))).toHaveLength(8);
    expect((await verify()).stdout).toBe('3 of 3 equal, 0 missing, 0 changed\n');
  });

  it('goes on over a token that dies, a busy server and a lost answer', async () => {
    await upload();
    await world.faults(
      { operation: 'HeadObject', fault: 'expire-token', count: 1 },
      { operation: 'HeadObject', fault: 'throttle', count: 1 },
      { operation: 'HeadObject', fault: 'drop', count: 1 },
    );
    expect((await verify()).stdout).toBe('3 of 3 equal, 0 missing, 0 changed\n');
    expect(await world.faultsLeft()).toEqual([]);
  });

  it('is no guess where OSS does not let it be told', async () => {
    await upload();
    await world.faults({ operation: 'HeadObject', fault: 'clock-offset', ms: 1_800_000 });
    expect((await verify()).stdout).toBe('3 of 3 equal, 0 missing, 0 changed\n');
    await world.faults();
    const signed = await profileFile(
      world,
      { authorization: { kind: 'signed-url', url: world.tokenUrl } },
      'signed',
    );
    const refused = await run(['verify', '--receipt', at('receipt'), '--profile', signed]);
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toContain('leave no credentials here');
    const pasted = await profileFile(world, { authorization: { kind: 'temporary' } }, 'pasted');
    const without = await run(['verify', '--receipt', at('receipt'), '--profile', pasted, '--json']);
    expect([without.code, summaryOf(without)]).toMatchObject([3, { items: 3, equal: 0 }]);
    expect(without.stderr).toMatch(/OSS_ACCESS_KEY_ID.*credentials-missing/);
  });

  it('ends at once when it is interrupted, and says how far it came', async () => {
    await upload();
    await world.faults({ operation: 'HeadObject', fault: 'throttle' });
    const words = ['verify', '--receipt', at('receipt'), '--profile', profile];
    const command = new RunningCommand(words, {});
    await world.untilRequests('HeadObject', 9);
    command.child.kill('SIGINT');
    const { code, stdout } = await command.finished;
    expect([code, stdout]).toEqual([130, '0 of 3 equal, 0 missing, 0 changed, 3 not compared\n']);
  });

  it('names the right that the documents’ role lacks', async () => {
    await upload();
    const poor = await World.create({ rolePolicy: MINIMAL_ROLE });
    try {
      const of = await profileFile(poor, {}, 'poor');
      const { code, stdout, stderr } = await run(['verify', '--receipt', at('receipt'), '--profile', of]);
      expect([code, stdout]).toEqual([1, '0 of 3 equal, 0 missing, 0 changed, 3 not compared\n']);
      expect(stderr).toContain('ask for oss:GetObject on acs:oss:*:*:sandbox/uploads/*.');
      expect(stderr).toMatch(/\[no-permission, AccessDenied, [0-9A-F]{24}\]\n$/);
    } finally {
      await poor.stop();
    }
  });

  it('refuses a receipt that is none, that is cut off, or that somebody has changed', async () => {
    await upload();
    const whole = readFileSync(at('receipt'), 'utf8');
    const lines = whole.split('\n');
    const of = async (text: string): Promise<readonly [number | null, string]> => {
      writeFileSync(at('receipt'), text);
      const { code, stderr, stdout } = await verify();
      expect(stdout).toBe('');
      return [code, stderr];
    };
    const file = at('receipt');
    const none = `${file} is no receipt of OSS Ferry.\n`;
    const cut = `The receipt ${file} is cut off: its last line is missing.\n`;
    expect(await of('')).toEqual([2, none]);
    expect(await of('{"event":"summary"}\n{"a":1}\n')).toEqual([2, none]);
    expect(await of('x'.repeat(3 * MIB))).toEqual([2, none]);
    expect(await of(`${lines.slice(0, -2).join('\n')}\n`)).toEqual([2, cut]);
    expect(await of(whole.slice(0, -20))).toEqual([2, cut]);
    expect(await of(whole.replace('"size":10', '"size":11'))).toEqual([
      2,
      `The receipt ${file} was changed after it was written: its SHA-256 is another one.\n`,
    ]);
    expect(await of(whole.replace('"size":10', '"size":"ten"'))).toEqual([
      2,
      `Line 2 of the receipt ${file} is damaged.\n`,
    ]);
    const other = await profileFile(world, { bucket: 'another' }, 'another');
    writeFileSync(file, whole);
    expect(await run(['verify', '--receipt', file, '--profile', other])).toMatchObject({
      code: 2,
      stderr: 'The receipt is of the bucket sandbox in cn-hangzhou, the profile of another in cn-hangzhou.\n',
    });
    expect(await run(['verify', '--receipt', at('nothing'), '--profile', profile])).toMatchObject({
      code: 2,
      stderr: `The receipt ${at('nothing')} does not exist.\n`,
    });
  });
});
