/** Watches the simulated world and names every promise that is broken, at the moment it is. */
import type { CredentialsNote, UploadedPart } from '../../src/engine/ports';
import type { ItemEnd, WorkItem } from '../../src/engine/queue-ports';
import type { Outcome } from '../../src/shared/faults';
import { tagProblem } from './world-rule';
import { batchOf, type UploadId } from '../../src/shared/ids';
import type { EngineState, LiveItem } from '../../src/engine/state';
import type { MemoryDisk, Row } from './memory-disk';
import { crc64Of, textOf } from './world-bytes';
import type { WorldCloud } from './world-cloud';
import type { WorldDisk } from './world-disk';

export class WorldJudge {
  readonly violations: string[] = [];
  /** Keys that somebody else wrote, and keys about which the server or the network lied. */
  readonly foreign = new Set<string>();
  readonly #lied = new Set<string>();
  readonly #looked = new Set<string>();
  /** Keys of which it was told that it cannot be told whose object is there. */
  readonly #doubted = new Set<string>();
  readonly #announced = new Set<string>();
  readonly #kept = new Map<number, { readonly uploadId: string; readonly parts: number }>();
  readonly #queue: MemoryDisk;
  readonly #cloud: WorldCloud;
  readonly #disk: WorldDisk;
  #canceling = false;

  constructor(queue: MemoryDisk, cloud: WorldCloud, disk: WorldDisk) {
    this.#queue = queue;
    this.#cloud = cloud;
    this.#disk = disk;
  }

  /** From now on items may end canceled. */
  cancelAsked(): void {
    this.#canceling = true;
  }

  liedAbout(key: string): void {
    this.#lied.add(key);
  }

  looked(key: string): void {
    this.#looked.add(key);
  }

  /** P2: only a policy that says so may replace. */
  goesBy(way: CredentialsNote['way'], key: string): void {
    this.#must(this.#cloud.way === way, `${key} goes by ${way}, which its credentials do not allow`);
  }

  write(key: string, forbidOverwrite: boolean): void {
    if (forbidOverwrite) return;
    const allowed = this.#rows(key).some((row) => {
      const policy = this.#policy(row);
      return policy === 'overwrite' || (policy === 'skip-identical' && this.#looked.has(key));
    });
    this.#must(allowed, `P2: ${key} would be overwritten unasked`);
  }

  /** P1 and P5: what becomes visible is one state of the file, whole. */
  stored<T>(key: string, act: () => Outcome<T>): Outcome<T> {
    const outcome = act();
    const now = this.#cloud.objects.get(key);
    if (!outcome.ok || now === undefined) return outcome;
    const states = this.#rows(key).flatMap((row) => [...this.#disk.pastOf(this.#pathOf(row)).values()]);
    this.#must(
      states.some((state) => textOf(state) === textOf(now)),
      `P1/P5: ${key} holds bytes that no file ever had`,
    );
    return outcome;
  }

  initiate(key: string, forbidOverwrite: boolean): void {
    this.write(key, forbidOverwrite);
    const marked = this.#rows(key).some((row) => row.initiatingAtServer !== null);
    this.#must(marked, `P4: Initiate of ${key} was sent before its mark was on the disk`);
  }

  partBegins(key: string, uploadId: UploadId, partNumber: number): void {
    const row = this.#rows(key).find((each) => each.upload?.uploadId === uploadId);
    if (row === undefined) {
      this.#must(false, `part ${partNumber} of ${key} was sent before its UploadId was on the disk`);
      return;
    }
    const kept = row.parts.get(partNumber);
    const theirs = this.#cloud.uploads.get(uploadId)?.parts.get(partNumber);
    const again = kept !== undefined && theirs?.etag === kept.etag;
    this.#must(!again, `P3: part ${partNumber} of ${key} is sent again although it is stored and noted`);
  }

  complete(key: string, uploadId: UploadId, parts: readonly UploadedPart[], forbidOverwrite: boolean): void {
    this.write(key, forbidOverwrite);
    const row = this.#rows(key).find((each) => each.upload?.uploadId === uploadId);
    const kept = parts.every((part) => row?.parts.get(part.partNumber)?.etag === part.etag);
    this.#must(kept, `P3: Complete of ${key} was sent before the rows of its parts were on the disk`);
    const theirs = this.#cloud.uploads.get(uploadId)?.parts;
    if (theirs === undefined) return;
    const proven = parts.every((part) => {
      const content = theirs.get(part.partNumber)?.content;
      return content === undefined || crc64Of(content) === part.crc64;
    });
    this.#must(proven, `P1: Complete of ${key} was sent although a part differs`);
  }

  /** Something is sent that becomes an object of this key with these tags. */
  tagged(key: string, tagging: string | null | undefined): void {
    const problem = tagProblem(this.#queue, key, tagging);
    this.#must(problem === null, problem ?? '');
  }

  announced(work: WorkItem, end: ItemEnd): void {
    const row = this.#queue.rows.get(work.itemId);
    this.#must(row?.end?.end.kind === end.kind, `${work.key} was announced ${end.kind} before it was kept`);
    const name = `${work.itemId}:${row?.end?.at ?? 0}`;
    this.#must(!this.#announced.has(name), `${work.key} was announced twice`);
    this.#announced.add(name);
    if (end.kind === 'conflict' && end.fault.code === 'cannot-tell') this.#doubted.add(work.key);
    if (end.kind !== 'done' && end.kind !== 'skipped') return;
    const { path, snapshot } = work.source;
    const bytes = this.#disk.pastOf(path).get(snapshot.fingerprint);
    const there = bytes !== undefined && this.#cloud.past.get(work.key)?.has(textOf(bytes)) === true;
    this.#must(there, `P1: ${work.key} is ${end.kind}, but the bucket never held its bytes`);
    const proven = bytes !== undefined && crc64Of(bytes) === end.crc64;
    this.#must(proven, `P1: ${work.key} is ${end.kind} with another CRC-64 than its file`);
    if (end.kind === 'done') this.#toldOf(work.key, textOf(bytes ?? []), end.callbackFault !== undefined);
  }

  /** Done without a note: the server was told. With one: there is somebody to be told. */
  #toldOf(key: string, text: string, isNoted: boolean): void {
    const { callsBack, told } = this.#cloud;
    const knows = isNoted || !callsBack || told.has(`${key} ${text}`);
    this.#must(knows, `${key} is done without a word that its server was not told of it`);
    this.#must(!isNoted || callsBack, `${key} is done with a note about a callback that nobody asked for`);
  }

  /** After every step. */
  check(state: EngineState): void {
    this.#checkUploads();
    this.#checkKept();
    this.#checkState(state);
    const [first] = this.violations;
    if (first !== undefined) throw new Error(first);
  }

  /** At the end, when all is well again. */
  final(): void {
    for (const row of this.#queue.rows.values()) {
      const why = row.end === null ? 'has not ended' : this.#unjust(row, row.end.end);
      this.#must(why === null, `P9: ${row.found.key} (${this.#policy(row)}) ${why ?? ''}`);
    }
    this.#must(this.#disk.openBodies === 0, `P8: ${this.#disk.openBodies} bodies were never given back`);
    const [first] = this.violations;
    if (first !== undefined) throw new Error(first);
  }

  /** Null when what the world did explains the end. */
  #unjust(row: Row, end: ItemEnd): string | null {
    const { key } = row;
    const changed = this.#disk.changed.has(this.#pathOf(row));
    // An object that an earlier state of the file has left there is somebody else's, too.
    const others =
      this.foreign.has(key) ||
      this.#rows(key).length > 1 ||
      (changed && this.#differs(row)) ||
      this.#doubted.has(key);
    const blind = this.#cloud.forbidden.has('read');
    switch (end.kind) {
      case 'done':
      case 'skipped':
        return null;
      case 'canceled':
        return this.#canceling ? null : 'was canceled by nobody';
      case 'source-changed':
        return changed ? null : 'ended source-changed, but its file was left alone';
      case 'conflict':
        if (end.fault.code === 'cannot-tell' && blind) return null;
        return end.fault.code === 'object-exists' && others
          ? null
          : `conflicts with nobody (${end.fault.code})`;
      case 'failed': {
        const { code } = end.fault;
        if (code === 'object-exists' && others) return null;
        if (code === 'source-missing' && changed) return null;
        const lied = ['crc-mismatch', 'bad-answer', 'server-refused', 'upload-gone'].includes(code);
        if (lied && this.#lied.has(key)) return null;
        return `failed for nothing: ${code} ${end.fault.message}`;
      }
    }
  }

  #differs(row: Row): boolean {
    const ours = this.#disk.pastOf(this.#pathOf(row)).get(row.snapshot.fingerprint) ?? [];
    return textOf(this.#cloud.objects.get(row.key) ?? []) !== textOf(ours);
  }

  #rows(key: string): Row[] {
    return [...this.#queue.rows.values()].filter((row) => row.key === key);
  }

  #policy(row: Row): string {
    return row.conflict ?? this.#queue.batches.get(batchOf(row.itemId))?.conflict ?? 'no batch';
  }

  #pathOf(row: Row): string {
    const root = this.#queue.batches.get(batchOf(row.itemId))?.plan.roots[row.found.rootIndex];
    return `${root?.path ?? ''}/${row.found.name}`;
  }

  /** P4: an open UploadId is in the store, or its mark is. */
  #checkUploads(): void {
    for (const [uploadId, { key }] of this.#cloud.uploads) {
      const known =
        this.#rows(key).some(
          (row) => row.upload?.uploadId === uploadId || row.initiatingAtServer !== null || row.possibleOrphan,
        ) ||
        // The upload of a name that was given up could not be aborted.
        [...this.#queue.rows.values()].some((row) => row.possibleOrphan && row.renamedFrom !== null) ||
        [...this.#queue.leftovers.values()].some((leftover) => leftover.uploadId === uploadId);
      this.#must(known, `P4: nobody knows of the open ${uploadId} of ${key} any more`);
    }
  }

  /** What was acknowledged stays so, as long as its upload is there. */
  #checkKept(): void {
    for (const row of this.#queue.rows.values()) {
      const before = this.#kept.get(row.itemId);
      const uploadId = row.upload?.uploadId ?? '';
      const same = before !== undefined && before.uploadId === uploadId;
      const open = this.#cloud.uploads.has(uploadId as UploadId);
      if (same && open)
        this.#must(row.parts.size >= before.parts, `P3: verified bytes of ${row.found.key} have shrunk`);
      this.#kept.set(row.itemId, { uploadId, parts: row.parts.size });
    }
  }

  /** The reducer's own books agree with each other, and no item is forgotten. */
  #checkState(state: EngineState): void {
    let bytes = 0;
    for (const note of state.requests.values()) bytes += note.bytes;
    this.#must(bytes === state.inFlightBytes, `books: ${state.inFlightBytes} bytes in flight, not ${bytes}`);
    this.#must(state.items.size <= 1024, 'P8: the window has grown beyond 1,024 items');
    const live = new Map<string, number>();
    for (const item of state.items.values()) {
      const { destinationId } = item.work;
      live.set(destinationId, (live.get(destinationId) ?? 0) + 1);
      this.#must(this.#goesOn(state, item), `P9: ${item.work.key} (${item.todo.kind}) is in no line`);
    }
    for (const destination of state.destinations.values()) {
      const { destinationId, begun, fresh } = destination;
      this.#must(destination.live === (live.get(destinationId) ?? 0), 'books: live items are miscounted');
      const line = [...begun, ...fresh];
      this.#must(new Set(line).size === line.length, 'books: an item stands in line twice');
      for (const id of line) this.#must(state.items.has(id), 'books: an item in line is not live');
    }
  }

  #goesOn(state: EngineState, item: LiveItem): boolean {
    if (state.phase === 'stopping' || item.inFlight.size > 0 || item.intent === 'pause') return true;
    if (item.awaitsSeq !== null) {
      const { awaitsSeq, work } = item;
      return state.awaiting.some((entry) => entry.seq === awaitsSeq && entry.itemId === work.itemId);
    }
    const line = state.destinations.get(item.work.destinationId);
    const { itemId } = item.work;
    return line !== undefined && (line.begun.includes(itemId) || line.fresh.includes(itemId));
  }

  #must(holds: boolean, otherwise: string): void {
    if (!holds) this.violations.push(otherwise);
  }
}
