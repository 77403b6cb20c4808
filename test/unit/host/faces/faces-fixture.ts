/** Faces with a real queue, a clock that stands still, and an IMM and a detector that answer when they are told to. */
import { Faces, type RefusedPicture } from '../../../../src/host/faces/faces';
import type { TemporaryCredentials } from '../../../../src/shared/credentials';
import { detectImageFacesSchema, type FacesChange, type LocalFaces } from '../../../../src/shared/faces';
import {
  failure,
  fault,
  success,
  type Fault,
  type FaultCode,
  type Outcome,
} from '../../../../src/shared/faults';
import { itemIdAt, type BatchId, type ItemId } from '../../../../src/shared/ids';
import { profileSchema, type Profile } from '../../../../src/shared/profile';
import type { ImmAnswer } from '../../../../src/oss/imm/imm';
import type { BatchFaces } from '../../../../src/store/faces/faces-types';
import { DESTINATION, done, end, found, must, newBatch } from '../../../fakes/queue-samples';
import { SqliteBench } from '../../../fakes/sqlite-bench';

interface Question<Answer> {
  /** Key (IMM) or path. */
  readonly of: string;
  readonly credentials?: TemporaryCredentials;
  answer(outcome: Outcome<Answer>): Promise<void>;
}

/** Lets everything go on that waits for nothing but its turn. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const withFaces = (count: number): Outcome<ImmAnswer> => {
  const raw = JSON.stringify({ Faces: Array.from({ length: count }, () => ({ Age: 30 })) });
  return success({ raw, answer: detectImageFacesSchema.parse(JSON.parse(raw)) });
};
export const seen = (count: number): Outcome<LocalFaces> =>
  success({
    image: { width: 100, height: 80 },
    faces: Array.from({ length: count }, () => ({
      Boundary: { Left: 1, Top: 1, Width: 9, Height: 9 },
    })) as never,
    milliseconds: 3,
  });
export const no = (code: FaultCode, more: Partial<Fault> = {}): Outcome<never> =>
  failure(fault(code, `${code}.`, more));

export class FacesBench {
  readonly bench = new SqliteBench();
  readonly imm: Question<ImmAnswer>[] = [];
  readonly local: Question<LocalFaces>[] = [];
  readonly changes: FacesChange[] = [];
  /** In the order in which it happened: what was told, freed, held, refused. */
  readonly log: string[] = [];
  readonly refused: RefusedPicture[] = [];
  /** Keys under which another object lies by now. */
  readonly replaced = new Set<string>();
  readonly askedFor: boolean[] = [];
  credentials: Outcome<TemporaryCredentials> = success(this.token('one'));
  profile: Profile | null = this.profileWith({ detect: 'after-upload' });
  faces: Faces;
  #seq = 0;
  readonly #asksUser: boolean;

  constructor(asksUser = true) {
    this.#asksUser = asksUser;
    must(
      this.bench.store.registerDestination({
        destinationId: DESTINATION,
        region: 'r',
        bucket: 'b',
        endpoint: 'e',
      }),
    );
    this.faces = this.open();
  }

  get store() {
    return this.bench.store;
  }

  token(name: string): TemporaryCredentials {
    return { accessKeyId: name, accessKeySecret: 's', securityToken: 't', expiresAtServer: null };
  }

  profileWith(faces: Record<string, unknown> | undefined, more: Record<string, unknown> = {}): Profile {
    return profileSchema.parse({
      name: 'Test',
      region: 'cn-hangzhou',
      bucket: 'photos',
      authorization: { kind: 'temporary' },
      imm: { project: 'people' },
      ...(faces === undefined ? {} : { faces }),
      ...more,
    });
  }

  open(): Faces {
    const { clock, store } = this.bench;
    this.faces = new Faces({
      store,
      clock,
      random: () => 0,
      detector: { detect: (path) => this.#ask(this.local, path) },
      asksUser: this.#asksUser,
      place: () => this.profile,
      destinationIds: () => [DESTINATION],
      credentials: {
        newest: () => null,
        ask: (_id, fresh) => {
          this.askedFor.push(fresh);
          return Promise.resolve(this.credentials);
        },
        clockOffsetMs: () => 0,
      },
      watch: { isReplaced: ({ key }) => Promise.resolve(this.replaced.has(key)), close: () => undefined },
      detectImageFaces: (_profile, credentials, key) => this.#ask(this.imm, key, credentials),
      onChange: (change) => {
        this.changes.push(change);
        this.log.push(`told ${change.itemIds.length}`);
      },
      onFreed: (_destinationId, itemId) => this.log.push(`freed ${itemId % 2 ** 32}`),
      onHeld: (items) => this.log.push(`held ${items}`),
      onRows: () => undefined,
      onRefused: (refused) => this.refused.push(refused),
      onDecided: ({ key, faces, fault: why }) =>
        this.log.push(`decided ${faces ?? why?.code ?? ''} to ${key}`),
    });
    this.faces.wake();
    return this.faces;
  }

  /** The process is killed, and begins again. */
  crash(): void {
    this.faces.close();
    this.bench.crash();
    this.imm.length = 0;
    this.local.length = 0;
    this.open();
  }

  /** A batch of pictures that are in the bucket. */
  async uploaded(files: number, detect = true): Promise<BatchId> {
    const batchId = this.batch(files, { detect, ingest: null }, false);
    for (let position = 1; position <= files; position += 1)
      this.store.write((this.#seq += 1), end(itemIdAt(batchId, position), done()));
    await this.pass(50);
    return batchId;
  }

  batch(files: number, faces: BatchFaces, looksFirst: boolean): BatchId {
    const batchId = must(this.store.createBatch(newBatch({ faces })));
    const items = found(1, files).map((item) => (looksFirst ? { ...item, looksFirst } : item));
    must(this.store.addItems(batchId, items));
    must(this.store.markScanned(batchId));
    this.faces.wake();
    return batchId;
  }

  async pass(ms: number): Promise<void> {
    await settle();
    await this.bench.clock.advance(ms);
    await settle();
  }

  imMed(itemId: ItemId): unknown {
    return must(this.store.faces.detail(itemId)).imm?.state;
  }

  states(batchId: BatchId): readonly string[] {
    return must(this.store.rows(batchId, 0, 100)).map(({ state }) =>
      state.kind === 'paused' ? `paused ${state.why}` : state.kind,
    );
  }

  dispose(): void {
    this.faces.close();
    this.bench.dispose();
  }

  #ask<Answer>(
    list: Question<Answer>[],
    of: string,
    credentials?: TemporaryCredentials,
  ): Promise<Outcome<Answer>> {
    return new Promise((resolve) => {
      list.push({
        of,
        ...(credentials === undefined ? {} : { credentials }),
        answer: async (outcome) => {
          resolve(outcome);
          await settle();
        },
      });
    });
  }
}
