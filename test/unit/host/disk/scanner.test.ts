import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CancelSignal } from '../../../../src/engine/ports';
import { createScanner } from '../../../../src/host/disk/scanner';
import { failure, fault, success, type Outcome } from '../../../../src/shared/faults';
import type { BatchId } from '../../../../src/shared/ids';
import type { BatchRoot, FoundItem } from '../../../../src/store/queue-types';
import { DESTINATION, newBatch } from '../../../fakes/queue-samples';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scan-'));
});
afterEach(() => rm(folder, { recursive: true }));

const batchId = 1 as BatchId;
const going: CancelSignal = { canceled: false, onCancel: () => undefined };

interface Scanned {
  readonly outcome: Outcome<void>;
  readonly items: FoundItem[];
  readonly groups: number[];
  readonly marks: string[];
}

async function scan(roots: readonly BatchRoot[], cancel = going, full = false): Promise<Scanned> {
  const items: FoundItem[] = [];
  const groups: number[] = [];
  const marks: string[] = [];
  const scanner = createScanner({
    batchPlan: () => success({ ...newBatch({ roots }), batchId, scanning: true }),
    addItems: (_, found) => {
      if (full) return failure(fault('disk-full', 'Full.'));
      groups.push(found.length);
      items.push(...found);
      return success({ added: found.length });
    },
    markScanned: () => {
      marks.push('scanned');
      return success(undefined);
    },
    markScanFault: (_, why) => {
      marks.push(why.code);
      return success(undefined);
    },
  });
  const outcome = await scanner.scan({ batchId, destinationId: DESTINATION }, () => undefined, cancel);
  return { outcome, items, groups, marks };
}
const root = (): BatchRoot => ({ path: folder, keyPrefix: 'p/top/', isFile: false });
const names = (scanned: Scanned): string[] => scanned.items.map((item) => item.name);

describe('the scanner', () => {
  it('finds files in all folders, in the order of their names, with keys and looks', async () => {
    await mkdir(join(folder, 'b/c'), { recursive: true });
    await mkdir(join(folder, 'a'));
    await mkdir(join(folder, 'empty'));
    for (const name of ['z.txt', 'a/1', 'b/c/文 2']) await writeFile(join(folder, name), name);
    const scanned = await scan([root()]);
    expect(names(scanned).sort()).toEqual(['a/1', 'b/c/文 2', 'z.txt'].sort());
    expect(scanned.items.map((item) => item.key)).toContain('p/top/b/c/文 2');
    expect(scanned.items.find((item) => item.name === 'a/1')?.snapshot.sizeBytes).toBe(3);
    expect(scanned.marks).toEqual(['scanned']);
  });

  it('takes a file that was handed in by its name', async () => {
    await writeFile(join(folder, 'one.txt'), '1');
    const scanned = await scan([{ path: join(folder, 'one.txt'), keyPrefix: 'p/', isFile: true }]);
    expect(scanned.items).toMatchObject([{ name: 'one.txt', key: 'p/one.txt', rootIndex: 0 }]);
  });

  it('hands the first files on soon, and never more than 2,000 at once', async () => {
    await Promise.all(Array.from({ length: 2_500 }, (_, index) => writeFile(join(folder, `f${index}`), '')));
    const { groups } = await scan([root()]);
    expect(groups[0]).toBeLessThanOrEqual(64);
    expect(Math.max(...groups)).toBeLessThanOrEqual(2_000);
    expect(groups.reduce((sum, size) => sum + size, 0)).toBe(2_500);
  });

  it('follows links, and ends although one leads back up', async () => {
    await mkdir(join(folder, 'inner'));
    await writeFile(join(folder, 'inner/file'), 'x');
    await symlink(folder, join(folder, 'inner/up'));
    await symlink(join(folder, 'inner/file'), join(folder, 'link'));
    const scanned = await scan([root()]);
    expect(names(scanned)).toContain('link');
    expect(scanned.items.length).toBeLessThan(10);
  });

  it('keeps a row, failed, for what cannot be sent', async () => {
    await symlink(join(folder, 'nowhere'), join(folder, 'dangling'));
    const deep = join(folder, ...Array.from({ length: 5 }, () => 'd'.repeat(220)));
    await mkdir(deep, { recursive: true });
    await writeFile(join(deep, 'long'), 'x');
    const scanned = await scan([root()]);
    const codes = Object.fromEntries(
      scanned.items.map((item) => [item.name.slice(0, 8), item.refused?.code]),
    );
    expect(codes).toEqual({ dangling: 'source-missing', dddddddd: 'name-refused' });
  });

  it('tells a disk that is full, and leaves the batch unscanned', async () => {
    await writeFile(join(folder, 'file'), 'x');
    const scanned = await scan([root()], going, true);
    expect(scanned.outcome).toMatchObject({ ok: false, fault: { code: 'disk-full' } });
    expect(scanned.marks).not.toContain('scanned');
  });

  it('that is canceled does not call itself done', async () => {
    await writeFile(join(folder, 'file'), 'x');
    const scanned = await scan([root()], { canceled: true, onCancel: () => undefined });
    expect(scanned.marks).toEqual([]);
  });
});
