import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { uploadRoots } from '../../../../src/host/disk/upload-roots';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'roots-'));
  await mkdir(join(folder, 'photos'));
  await mkdir(join(folder, 'other/photos'), { recursive: true });
  await writeFile(join(folder, 'a.txt'), 'a');
});
afterEach(() => rm(folder, { recursive: true }));

describe('what was handed in', () => {
  it('a folder: keys begin with its own name; a file: its name is its key', async () => {
    expect(await uploadRoots([join(folder, 'photos')], 'uploads/')).toEqual({
      ok: true,
      value: {
        name: 'photos',
        kind: 'folder',
        roots: [{ path: join(folder, 'photos'), keyPrefix: 'uploads/photos/', isFile: false }],
      },
    });
    const file = await uploadRoots([join(folder, 'a.txt')], 'uploads/');
    expect(file).toMatchObject({
      value: { kind: 'files', roots: [{ keyPrefix: 'uploads/', isFile: true }] },
    });
  });

  it('several, the same one twice counting once', async () => {
    const paths = [join(folder, 'photos'), join(folder, 'a.txt'), join(folder, 'photos/../photos')];
    const roots = await uploadRoots(paths, '');
    expect(roots).toMatchObject({ value: { name: 'photos + 1', kind: 'files' } });
    expect(roots.ok && roots.value.roots).toHaveLength(2);
  });

  it('names in one sentence what is not there, and two that would get the same keys', async () => {
    const missing = await uploadRoots([join(folder, 'nothing')], '');
    expect(missing).toMatchObject({
      ok: false,
      fault: { message: `${join(folder, 'nothing')} does not exist.` },
    });
    const twice = await uploadRoots([join(folder, 'photos'), join(folder, 'other/photos')], '');
    expect(twice).toMatchObject({ ok: false, fault: { code: 'invalid-input' } });
    expect(await uploadRoots([], '')).toMatchObject({ ok: false, fault: { code: 'invalid-input' } });
  });
});
