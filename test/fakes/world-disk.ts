/** Files that change, vanish, shrink and grow while they are read. */
import type {
  FilesPort,
  RangeBody,
  RangeDigest,
  Snapshot,
  Source,
  WholeBody,
  Body,
} from '../../src/engine/ports';
import { failure, fault, success, type Fault, type Outcome } from '../../src/shared/faults';
import { crc64Of, md5Of, MIB, type Content } from './world-bytes';
import type { Chance, WorldClock } from './world-clock';

interface File {
  look: number;
  blocks: readonly string[];
  sizeBytes: number;
  there: boolean;
}

export type Change = 'touch' | 'rewrite' | 'one-block' | 'shrink' | 'grow' | 'vanish' | 'come-back';

export class WorldDisk {
  /** A file that cannot be opened now. */
  lockedOften = false;
  /** Bodies that were opened and not given back. */
  openBodies = 0;
  readonly changed = new Set<string>();
  readonly #clock: WorldClock;
  readonly #chance: Chance;
  readonly #files = new Map<string, File>();
  /** Every content that a file ever had, by its look. */
  readonly #past = new Map<string, Map<string, Content>>();
  readonly #sealed = new WeakMap<Body, Source>();
  readonly #bytes = new WeakMap<Body, () => Content>();
  #looks = 0;

  constructor(clock: WorldClock, chance: Chance) {
    this.#clock = clock;
    this.#chance = chance;
  }

  make(path: string, sizeBytes: number): Snapshot {
    const file = { look: 0, blocks: [], sizeBytes, there: true };
    this.#files.set(path, file);
    this.#write(path, file, 0);
    return this.#snapshot(file);
  }

  change(path: string, how: Change): void {
    const file = this.#file(path);
    this.changed.add(path);
    const last = file.blocks.length;
    if (how === 'vanish' || how === 'come-back') file.there = how === 'come-back';
    if (how === 'shrink') file.sizeBytes = Math.floor(file.sizeBytes / 2 / MIB) * MIB;
    if (how === 'grow') file.sizeBytes += 3 * MIB + 5;
    if (how === 'touch') this.#write(path, file, last);
    else if (how === 'one-block') this.#write(path, file, this.#chance.below(last + 1), 1);
    else if (how !== 'vanish' && how !== 'come-back') this.#write(path, file, 0);
  }

  /** Contents that the file has had, whole. */
  pastOf(path: string): ReadonlyMap<string, Content> {
    return this.#past.get(path) ?? new Map<string, Content>();
  }

  /** The bytes that a body has at this moment. */
  bytesOf(body: Body): Content {
    const read = this.#bytes.get(body);
    if (read === undefined) throw new Error('not a body of this disk');
    return read();
  }

  /** A sealed body of a file that changed since never ends. */
  isSealBroken(body: Body): boolean {
    const source = this.#sealed.get(body);
    return source !== undefined && this.#change(source) !== null;
  }

  /** @param alive false once the process that asks has died */
  port(alive: () => boolean): FilesPort {
    return {
      look: (path) => this.#later(alive, () => this.#look(path)),
      readWhole: async (source) => {
        const first = this.#check(source);
        if (first !== null) return failure(first);
        return this.#later(alive, () => this.#whole(source));
      },
      openRange: (source, offsetBytes, sizeBytes) =>
        this.#later(alive, () => this.#range(source, offsetBytes, sizeBytes)),
      openSealed: (source) =>
        this.#later(alive, () => {
          const body = this.#range(source, 0, source.snapshot.sizeBytes);
          if (body.ok) this.#sealed.set(body.value, source);
          return body;
        }),
      digest: async (source, offsetBytes, sizeBytes) => {
        const first = this.#check(source);
        if (first !== null) return failure(first);
        return this.#later(alive, () => this.#digest(source, offsetBytes, sizeBytes));
      },
    };
  }

  #later<T>(alive: () => boolean, look: () => T): Promise<T> {
    return new Promise((resolve) => {
      this.#clock.after(this.#chance.below(20), () => {
        if (alive()) resolve(look());
      });
    });
  }

  #file(path: string): File {
    const file = this.#files.get(path);
    if (file === undefined) throw new Error(`no file ${path}`);
    return file;
  }

  /** New bytes in `count` blocks from block `first` on. */
  #write(path: string, file: File, first: number, count = Infinity): void {
    this.#looks += 1;
    file.look = this.#looks;
    const total = Math.ceil(file.sizeBytes / MIB);
    file.blocks = Array.from({ length: total }, (_, index) => {
      const sizeBytes = Math.min(MIB, file.sizeBytes - index * MIB);
      const kept = file.blocks[index];
      const fresh = index >= first && index < first + count;
      return !fresh && kept !== undefined ? kept : `${path}#${index}@${this.#looks}:${sizeBytes}`;
    });
    const past = this.#past.get(path) ?? new Map<string, Content>();
    past.set(this.#snapshot(file).fingerprint, this.#read(file, 0, file.sizeBytes));
    this.#past.set(path, past);
  }

  #snapshot(file: File): Snapshot {
    return {
      sizeBytes: file.sizeBytes,
      modifiedAt: file.look,
      fingerprint: `${file.sizeBytes}:${file.look}`,
    };
  }

  #read(file: File, offsetBytes: number, sizeBytes: number): Content {
    const first = offsetBytes / MIB;
    if (!Number.isInteger(first)) throw new Error('ranges begin at whole MiB');
    return file.blocks.slice(first, first + Math.ceil(sizeBytes / MIB)).map((tag, index) => ({
      tag,
      sizeBytes: Math.min(MIB, file.sizeBytes - (first + index) * MIB),
    }));
  }

  #look(path: string): Outcome<Snapshot> {
    const file = this.#file(path);
    return file.there
      ? success(this.#snapshot(file))
      : failure(fault('source-missing', `${path} is no longer there.`));
  }

  #check(source: Source): Fault | null {
    if (this.lockedOften && this.#chance.happens(0.2)) return fault('source-locked', 'It is held.');
    return this.#change(source);
  }

  #change(source: Source): Fault | null {
    const now = this.#look(source.path);
    if (!now.ok) return now.fault;
    return now.value.fingerprint === source.snapshot.fingerprint
      ? null
      : fault('source-changed', `${source.path} was changed.`);
  }

  #whole(source: Source): Outcome<WholeBody> {
    const change = this.#check(source);
    if (change !== null) return failure(change);
    const file = this.#file(source.path);
    const content = this.#read(file, 0, file.sizeBytes);
    this.openBodies += 1;
    const body: WholeBody = {
      sizeBytes: file.sizeBytes,
      crc64: crc64Of(content),
      md5: md5Of(content),
      chunks: noChunks,
      release: () => {
        this.openBodies -= 1;
      },
    };
    this.#bytes.set(body, () => content);
    return success(body);
  }

  #range(source: Source, offsetBytes: number, sizeBytes: number): Outcome<RangeBody> {
    const change = this.#check(source);
    if (change !== null) return failure(change);
    let read: Content | null = null;
    this.openBodies += 1;
    const body: RangeBody = {
      sizeBytes,
      chunks: noChunks,
      finish: () => {
        const after = this.#check({ ...source });
        if (after !== null && after.code !== 'source-locked') return Promise.resolve(failure(after));
        const outcome: Outcome<RangeDigest['crc64']> =
          read === null
            ? failure(fault('connection-lost', 'The body was not read to its end.'))
            : success(crc64Of(read));
        return Promise.resolve(outcome);
      },
      close: () => {
        this.openBodies -= 1;
        return Promise.resolve();
      },
    };
    // Read when it is sent, not when it was opened: so it may be mixed.
    this.#bytes.set(body, () => {
      read = this.#read(this.#file(source.path), offsetBytes, sizeBytes);
      return read;
    });
    return success(body);
  }

  #digest(source: Source, offsetBytes: number, sizeBytes: number): Outcome<RangeDigest> {
    const change = this.#check(source);
    if (change !== null) return failure(change);
    const content = this.#read(this.#file(source.path), offsetBytes, sizeBytes);
    return success({ crc64: crc64Of(content), md5: md5Of(content) });
  }
}

function noChunks(): never {
  throw new Error('the simulated wire reads contents, not chunks');
}
