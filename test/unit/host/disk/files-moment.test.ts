/** What happens to a file between its opening and the look at what was opened. */
import type * as FsPromises from 'node:fs/promises';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createFiles } from '../../../../src/host/disk/files';
import { must } from '../../../fakes/queue-samples';

const moment = vi.hoisted(() => ({ afterOpen: (): void => undefined }));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof FsPromises>();
  const open: typeof real.open = async (...how) => {
    const handle = await real.open(...how);
    moment.afterOpen();
    return handle;
  };
  return { ...real, open };
});

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'oss-ferry-moment-'))));
afterEach(() => rmSync(folder, { recursive: true }));

it.each([
  ['taken away', 'source-missing', (path: string) => rmSync(path)],
  ['written anew', 'source-changed', (path: string) => writeFileSync(path, 'other')],
] as const)('a file that is %s then ends as %s', async (_, code, act) => {
  const path = join(folder, 'file.bin');
  writeFileSync(path, 'bytes of it');
  const files = createFiles();
  const snapshot = must(await files.look(path));
  moment.afterOpen = () => act(path);
  expect(await files.readWhole({ path, snapshot })).toMatchObject({ ok: false, fault: { code } });
});
