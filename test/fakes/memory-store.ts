/** A durable queue in memory for tests of the engine: what was committed survives `crash()`, nothing else does. */
import type { ClockPort } from '../../src/engine/ports';
import type { CommandResult, Leftover, StorePort, StoreRecord, WorkItem } from '../../src/engine/queue-ports';
import { failure, fault, success, type Fault, type Outcome } from '../../src/shared/faults';
import { batchOf, itemIdAt, type BatchId, type DestinationId, type ItemId } from '../../src/shared/ids';
import type { ConflictPolicy } from '../../src/shared/profile';
import type { Scope, Verb } from '../../src/shared/queue-view';
import { answerRule, asksUser, isHeldByRule, noteVerdict, release, stateOf } from './memory-faces';
import { applyRecord, keptBytes, MemoryDisk, newRow, workItemOf, type Batch, type Row } from './memory-disk';
import type { FacesStore } from '../../src/store/faces/faces-types';
import { GroupCommit } from '../../src/store/group-commit';
import type {
  FoundItem,
  NewBatch,
  QueueStore,
  RecoveredQueue,
  StoredRow,
  CallbackFaultItem,
} from '../../src/store/queue-types';

/** What tests may do to a store, whatever it is made of. */
export type SeededStore = StorePort &
  Pick<
    QueueStore,
    | 'recover'
    | 'createBatch'
    | 'joinBatch'
    | 'addItems'
    | 'markScanned'
    | 'markScanFault'
    | 'rows'
    | 'row'
    | 'callbackFaults'
    | 'noteCallback'
  > & { readonly faces: Pick<FacesStore, 'note' | 'release' | 'decide'> };

function isIn(scope: Scope, itemId: ItemId): boolean {
  if (scope.kind === 'all') return true;
  return scope.kind === 'batch' ? batchOf(itemId) === scope.batchId : scope.itemIds.includes(itemId);
}

const diskFull = (): Fault => fault('disk-full', 'The disk that holds the queue is full.');

export class MemoryStore implements SeededStore {
  readonly #disk: MemoryDisk;
  readonly #clock: ClockPort;
  readonly #group: GroupCommit;
  #alive = true;

  constructor(clock: ClockPort, disk = new MemoryDisk()) {
    this.#clock = clock;
    this.#disk = disk;
    for (const batch of disk.batches.values()) batch.positionAtOpen = batch.lastPosition;
    this.#group = new GroupCommit(clock, (records) =>
      this.#change(() => {
        if (this.#alive) for (const record of records) this.#apply(record);
      }),
    );
  }

  /** Loses what was not committed; what comes back is the same queue, opened again. This one is dead from now on. */
  crash(): MemoryStore {
    this.#alive = false;
    return new MemoryStore(this.#clock, this.#disk);
  }

  /** While the disk is full nothing can be committed. */
  fillDisk(full: boolean): void {
    this.#disk.full = full;
  }

  readonly faces: SeededStore['faces'] = {
    note: (note) =>
      this.#change(() => {
        const row = this.#disk.rows.get(note.itemId);
        return row !== undefined && noteVerdict(row, note);
      }),
    release: () =>
      this.#change(() =>
        this.#sorted()
          .filter(release)
          .map((row) => row.itemId),
      ),
    decide: (itemIds, how) =>
      this.#change(() => {
        const rows = itemIds.flatMap((itemId) => this.#disk.rows.get(itemId) ?? []);
        return { affected: rows.filter((row) => answerRule(row, how)).length };
      }),
  };

  write(seq: number, record: StoreRecord): void {
    this.#group.write(seq, record);
  }

  onPersisted(listener: (seq: number) => void): void {
    this.#group.onPersisted((seq) => {
      if (this.#alive) listener(seq);
    });
  }

  onTrouble(listener: (fault: Fault | null) => void): void {
    this.#group.onTrouble((why) => {
      if (this.#alive) listener(why);
    });
  }

  recover(): Promise<Outcome<RecoveredQueue>> {
    return this.#upToDate(() => this.#recover());
  }

  loadWork(
    destinationId: DestinationId,
    after: number,
    limit: number,
  ): Promise<Outcome<readonly WorkItem[]>> {
    return this.#upToDate(() =>
      this.#sorted()
        .filter((row) => row.itemId > after && this.#runnable(row))
        .filter((row) => this.#batch(row).plan.destinationId === destinationId)
        .slice(0, limit)
        .map((row) => workItemOf(row, this.#batch(row))),
    );
  }

  command(verb: Verb, scope: Scope, live: readonly ItemId[]): Promise<Outcome<CommandResult>> {
    const untouched = new Set(live);
    return this.#upToDate(() => this.#command(verb, scope, untouched), true);
  }

  createBatch(plan: NewBatch): Outcome<BatchId> {
    return this.#change(() => {
      const batchId = this.#disk.nextBatchId as BatchId;
      this.#disk.nextBatchId += 1;
      const { conflict } = plan;
      const fresh = { scanning: true, held: false, lastPosition: 0, positionAtOpen: 0 };
      this.#disk.batches.set(batchId, { batchId, plan, conflict, ...fresh });
      return batchId;
    });
  }

  joinBatch(batchId: BatchId, conflict: ConflictPolicy): Outcome<void> {
    return this.#change(() => {
      const batch = this.#disk.batches.get(batchId);
      if (batch !== undefined) Object.assign(batch, { conflict, scanning: true });
    });
  }

  addItems(batchId: BatchId, items: readonly FoundItem[]): Outcome<{ readonly added: number }> {
    const batch = this.#disk.batches.get(batchId);
    const flushed = this.#group.flush();
    if (!flushed.ok) return flushed;
    if (batch?.scanning !== true)
      return failure(fault('canceled', 'The batch is not being scanned any more.'));
    return this.#change(() => {
      const before = batch.lastPosition;
      for (const item of items) this.#addItem(batch, item);
      return { added: batch.lastPosition - before };
    });
  }

  markScanned(batchId: BatchId): Outcome<void> {
    return this.#change(() => {
      const batch = this.#disk.batches.get(batchId);
      if (batch !== undefined) batch.scanning = false;
    });
  }

  markScanFault(batchId: BatchId): Outcome<void> {
    return this.markScanned(batchId);
  }

  rows(batchId: BatchId, offset: number, limit: number): Outcome<readonly StoredRow[]> {
    const rows = this.#sorted().filter((row) => batchOf(row.itemId) === batchId);
    return success(rows.slice(offset, offset + limit).map((row) => this.#storedRow(row)));
  }

  row(itemId: ItemId): Outcome<StoredRow | null> {
    const row = this.#disk.rows.get(itemId);
    return success(row === undefined ? null : this.#storedRow(row));
  }

  callbackFaults(scope: Scope, after: number): Outcome<readonly CallbackFaultItem[]> {
    const flushed = this.#group.flush();
    if (!flushed.ok) return flushed;
    const rows = this.#sorted().filter((row) => row.itemId > after && isIn(scope, row.itemId));
    return success(
      rows.flatMap((row) => {
        const end = row.end?.end;
        if (end?.kind !== 'done' || end.callbackFault === undefined) return [];
        const { batchId, plan } = this.#batch(row);
        const { itemId, key, snapshot } = row;
        const { crc64, etag } = end;
        const { destinationId } = plan;
        return { itemId, batchId, destinationId, key, sizeBytes: snapshot.sizeBytes, crc64, etag };
      }),
    );
  }

  noteCallback(itemId: ItemId, why: Fault | null): Outcome<boolean> {
    const flushed = this.#group.flush();
    if (!flushed.ok) return flushed;
    return this.#change(() => {
      const row = this.#disk.rows.get(itemId);
      if (row?.end?.end.kind !== 'done' || row.end.end.callbackFault === undefined) return false;
      const { kind, crc64, etag, versionId, requestIds } = row.end.end;
      const told = { kind, crc64, etag, versionId, requestIds };
      row.end = { at: row.end.at, end: why === null ? told : { ...told, callbackFault: why } };
      return true;
    });
  }

  #change<T>(work: () => T): Outcome<T> {
    return this.#disk.full ? failure(diskFull()) : success(work());
  }

  #upToDate<T>(work: () => T, writes = false): Promise<Outcome<T>> {
    const flushed = this.#group.flush();
    if (!flushed.ok) return Promise.resolve(flushed);
    return Promise.resolve(writes ? this.#change(work) : success(work()));
  }

  #sorted(): Row[] {
    return [...this.#disk.rows.values()].sort((a, b) => a.itemId - b.itemId);
  }

  #batch(row: Row): Batch {
    const batch = this.#disk.batches.get(batchOf(row.itemId));
    if (batch === undefined) throw new Error('a row without its batch');
    return batch;
  }

  #runnable(row: Row): boolean {
    return row.end === null && !row.held && !isHeldByRule(row) && (row.exempt || !this.#batch(row).held);
  }

  #addItem(batch: Batch, found: FoundItem): void {
    const known = [...this.#disk.rows.values()].find(
      (row) =>
        batchOf(row.itemId) === batch.batchId &&
        row.found.rootIndex === found.rootIndex &&
        row.found.name === found.name,
    );
    if (known !== undefined) {
      const begun = known.upload !== null || known.initiatingAtServer !== null;
      if (known.end !== null || begun || known.snapshot.fingerprint === found.snapshot.fingerprint) return;
      known.snapshot = found.snapshot;
      known.lookAgain = false;
      if (isHeldByRule(known) && !known.held && known.decision !== null) known.decision.state = 'to-be-made';
      return;
    }
    batch.lastPosition += 1;
    const itemId = itemIdAt(batch.batchId, batch.lastPosition);
    this.#disk.rows.set(itemId, newRow(itemId, found, this.#clock.now()));
  }

  #apply(record: StoreRecord): void {
    if (record.kind === 'upload-closed') this.#disk.leftovers.delete(record.itemId);
    const row = this.#disk.rows.get(record.itemId);
    if (row !== undefined) applyRecord(row, record, this.#batch(row).held);
  }

  #command(verb: Verb, scope: Scope, live: ReadonlySet<ItemId>): CommandResult {
    const result = { affected: 0, leftovers: [] as Leftover[] };
    const batches = [...this.#disk.batches.values()].filter(
      (batch) => scope.kind === 'all' || (scope.kind === 'batch' && scope.batchId === batch.batchId),
    );
    const ids = scope.kind === 'items' ? new Set(scope.itemIds) : null;
    const inScope = (row: Row): boolean => ids?.has(row.itemId) ?? batches.includes(this.#batch(row));
    if (ids === null && (verb === 'pause' || verb === 'resume'))
      result.affected += this.#markBatches(batches, verb === 'pause', live);
    if (verb === 'cancel') for (const batch of batches) batch.scanning = false;
    if (verb !== 'pause' || ids !== null) {
      for (const row of this.#sorted().filter((each) => inScope(each) && !live.has(each.itemId)))
        result.affected += this.#commandRow(verb, row, ids !== null, result.leftovers);
    }
    if (verb === 'remove') this.#removeEmpty(batches, ids);
    return result;
  }

  #markBatches(batches: readonly Batch[], held: boolean, live: ReadonlySet<ItemId>): number {
    let affected = 0;
    for (const batch of batches) {
      const rows = this.#sorted().filter((row) => this.#batch(row) === batch && row.end === null);
      for (const row of rows) row.exempt = false;
      if (batch.held === held || (held && rows.length === 0 && !batch.scanning)) continue;
      batch.held = held;
      affected += rows.filter((row) => !row.held && !isHeldByRule(row) && !live.has(row.itemId)).length;
    }
    return affected;
  }

  #commandRow(verb: Verb, row: Row, alone: boolean, leftovers: Leftover[]): 0 | 1 {
    const exempt = alone && this.#batch(row).held;
    switch (verb) {
      case 'pause':
        if (row.end !== null || row.held) return 0;
        Object.assign(row, { held: true, exempt: false });
        return 1;
      case 'resume':
        if (alone && asksUser(row)) return answerRule(row, 'by-rule') ? 1 : 0;
        if (row.end !== null || (!row.held && row.exempt === exempt)) return 0;
        Object.assign(row, { held: false, exempt });
        return 1;
      case 'retry':
        if (alone && asksUser(row)) return answerRule(row, 'by-rule') ? 1 : 0;
        if (row.end === null || row.end.end.kind === 'done' || row.end.end.kind === 'skipped') return 0;
        Object.assign(row, { end: null, held: false, exempt, lookAgain: true });
        return 1;
      case 'overwrite':
      case 'keep-both':
      case 'skip':
        if (row.end?.end.kind !== 'conflict') return 0;
        if (verb === 'skip') row.end = { at: this.#clock.now(), end: { kind: 'canceled' } };
        else Object.assign(row, { end: null, held: false, exempt, lookAgain: true, conflict: verb });
        return 1;
      case 'cancel':
        if (row.end !== null) return 0;
        row.end = { at: this.#clock.now(), end: { kind: 'canceled' } };
        if (row.initiatingAtServer !== null) row.possibleOrphan = true;
        leftovers.push(...this.#leftoverOf(row));
        return 1;
      case 'remove':
        if (row.end === null) return 0;
        for (const leftover of this.#leftoverOf(row)) {
          leftovers.push(leftover);
          this.#disk.leftovers.set(row.itemId, leftover);
        }
        this.#disk.rows.delete(row.itemId);
        return 1;
    }
  }

  #removeEmpty(batches: readonly Batch[], ids: ReadonlySet<ItemId> | null): void {
    const touched = new Set([...(ids ?? [])].map(batchOf));
    for (const batch of [...this.#disk.batches.values()]) {
      if (ids === null ? !batches.includes(batch) : !touched.has(batch.batchId)) continue;
      const left = this.#sorted().some((row) => batchOf(row.itemId) === batch.batchId);
      if (!left && !batch.scanning) this.#disk.batches.delete(batch.batchId);
    }
  }

  #leftoverOf(row: Row): Leftover[] {
    if (row.upload === null) return [];
    const { destinationId } = this.#batch(row).plan;
    return [{ itemId: row.itemId, destinationId, key: row.key, uploadId: row.upload.uploadId }];
  }

  #recover(): RecoveredQueue {
    const batches = [...this.#disk.batches.values()];
    const rows = this.#sorted();
    const unfinishedScans = batches
      .filter((batch) => batch.scanning)
      .map((batch) => ({ batchId: batch.batchId, destinationId: batch.plan.destinationId }));
    const kept = (row: Row): boolean => row.end === null || row.end.end.kind === 'failed';
    const leftovers = [
      ...rows.filter((row) => !kept(row)).flatMap((row) => this.#leftoverOf(row)),
      ...this.#disk.leftovers.values(),
    ];
    const unended = rows.filter((row) => row.end === null);
    const destinationIds = new Set([
      ...unended.map((row) => this.#batch(row).plan.destinationId),
      ...unfinishedScans.map((scan) => scan.destinationId),
      ...leftovers.map((leftover) => leftover.destinationId),
    ]);
    const resumed = unended.filter((row) => keptBytes(row) > 0);
    return {
      destinationIds: [...destinationIds].sort(),
      unfinishedScans,
      leftovers,
      resumedItems: resumed.length,
      keptBytes: resumed.reduce((sum, row) => sum + keptBytes(row), 0),
    };
  }

  #storedRow(row: Row): StoredRow {
    const verified = row.end?.end.kind === 'done' || row.end?.end.kind === 'skipped';
    return {
      itemId: row.itemId,
      batchId: batchOf(row.itemId),
      name: row.found.name,
      sizeBytes: row.snapshot.sizeBytes,
      state: stateOf(row, this.#runnable(row)),
      endedAt: row.end?.at ?? null,
      verifiedBytes: verified ? row.snapshot.sizeBytes : keptBytes(row),
      possibleOrphan: row.possibleOrphan,
    };
  }
}
