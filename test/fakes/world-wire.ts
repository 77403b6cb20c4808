/** The network between the engine and the cloud: requests that get lost, answers that do, resets, stalls, 503. */
import type {
  Answer,
  Body,
  CredentialsNote,
  CredentialsPort,
  ObjectStorePort,
  RequestContext,
} from '../../src/engine/ports';
import { failure, fault, success, type Fault, type Outcome } from '../../src/shared/faults';
import { sizeOf, type Content } from './world-bytes';
import type { Chance, WorldClock } from './world-clock';
import type { WorldCloud } from './world-cloud';
import type { WorldDisk } from './world-disk';
import type { WorldJudge } from './world-judge';

export type Weather = 'good' | 'flaky' | 'down' | 'busy' | 'lying';
export type StsMood = 'good' | 'down' | 'refusing';
type Fate = 'served' | 'drop' | 'lose-answer' | 'reset' | 'stall' | 'busy';

/** How often each fate comes, by weather; what is left is served. */
const FATES: Readonly<Record<Weather, Partial<Record<Fate, number>>>> = {
  good: {},
  lying: { 'lose-answer': 0.05 },
  flaky: { drop: 0.1, 'lose-answer': 0.15, reset: 0.15, stall: 0.05, busy: 0.05 },
  down: { drop: 1 },
  busy: { busy: 0.7, 'lose-answer': 0.05 },
};

const silence = (code: 'connection-lost' | 'stalled'): Answer<never> => ({
  ...failure(fault(code, 'No answer came.')),
  clockOffsetMs: null,
});

export interface WorldParts {
  readonly clock: WorldClock;
  readonly chance: Chance;
  readonly cloud: WorldCloud;
  readonly disk: WorldDisk;
  readonly judge: WorldJudge;
}

/** The connections of one process. When it dies each request on its way is served at once or never. */
export class WorldWire {
  readonly #world: WorldParts;
  readonly #onTheWay = new Set<(served: boolean) => void>();
  readonly #weather: () => { readonly weather: Weather; readonly sts: StsMood };
  #alive = true;

  constructor(world: WorldParts, weather: () => { readonly weather: Weather; readonly sts: StsMood }) {
    this.#world = world;
    this.#weather = weather;
  }

  die(): void {
    this.#alive = false;
    for (const arrive of this.#onTheWay) arrive(this.#world.chance.happens(0.4));
    this.#onTheWay.clear();
  }

  port(): ObjectStorePort {
    const { cloud, disk, judge } = this.#world;
    return {
      postObject: (context, key, body, { forbidOverwrite, tagging }) =>
        this.#carry(context, body, (content) => {
          judge.tagged(key, tagging);
          judge.goesBy('form', key);
          judge.write(key, forbidOverwrite);
          if (disk.isSealBroken(body)) return failure(fault('connection-lost', 'The request never ended.'));
          return this.#falsify(
            key,
            judge.stored(key, () => cloud.put(key, content, forbidOverwrite)),
          );
        }),
      putObject: (context, key, body, { forbidOverwrite, tagging }) =>
        this.#carry(context, body, (content) => {
          judge.tagged(key, tagging);
          judge.goesBy('requests', key);
          judge.write(key, forbidOverwrite);
          if (this.#lies(key, 0.1)) return failure(fault('server-refused', 'InvalidDigest'));
          return this.#falsify(
            key,
            judge.stored(key, () => cloud.put(key, content, forbidOverwrite)),
          );
        }),
      initiateMultipartUpload: (context, key, { forbidOverwrite, tagging }) =>
        this.#carry(context, null, () => {
          judge.goesBy('requests', key);
          judge.tagged(key, tagging);
          judge.initiate(key, forbidOverwrite);
          return cloud.initiate(key, forbidOverwrite);
        }),
      uploadPart: (context, key, uploadId, partNumber, body) => {
        judge.partBegins(key, uploadId, partNumber);
        return this.#carry(context, body, (content) => {
          const bad = this.#lies(key, 0.1);
          const arrives = bad ? content.map((block) => ({ ...block, tag: `bad ${block.tag}` })) : content;
          return this.#falsify(key, cloud.uploadPart(uploadId, partNumber, arrives));
        });
      },
      listParts: (context, _key, uploadId) =>
        this.#carry(context, null, () => cloud.listParts(uploadId, this.#world.chance.happens(0.5))),
      completeMultipartUpload: (context, key, uploadId, parts, { forbidOverwrite }) =>
        this.#carry(context, null, () => {
          judge.complete(key, uploadId, parts, forbidOverwrite);
          const complete = (): ReturnType<typeof cloud.complete> =>
            cloud.complete(uploadId, key, parts, forbidOverwrite);
          return this.#falsify(key, judge.stored(key, complete));
        }),
      abortMultipartUpload: (context, _key, uploadId) =>
        this.#carry(context, null, () => cloud.abort(uploadId)),
      headObject: (context, key) =>
        this.#carry(context, null, () => {
          judge.looked(key);
          return cloud.head(key);
        }),
      listUploads: (context, key) => this.#carry(context, null, () => cloud.listUploads(key)),
      probe: async (context) => {
        const answer = await this.#carry(context, null, () => success(undefined));
        return answer.clockOffsetMs === null ? answer : { ...answer, ...success(undefined) };
      },
    };
  }

  credentials(): CredentialsPort {
    const { chance, cloud, clock } = this.#world;
    return {
      ask: (_destinationId, fresh) =>
        new Promise((resolve) => {
          clock.after(chance.between(20, 300), () => {
            if (!this.#alive) return;
            const { sts, weather } = this.#weather();
            const answer = (): Outcome<CredentialsNote> => {
              if (sts === 'refusing') return failure(fault('token-refused', 'Sign in again.'));
              if (sts === 'down' || weather === 'down' || (weather === 'flaky' && chance.happens(0.3)))
                return failure(
                  fault(
                    sts === 'down' ? 'token-server' : 'token-server-silent',
                    'The token server does not answer.',
                  ),
                );
              return success(cloud.issue(fresh));
            };
            resolve(answer());
          });
        }),
    };
  }

  #lies(key: string, often: number): boolean {
    const lies = this.#weather().weather === 'lying' && this.#world.chance.happens(often);
    if (lies) this.#world.judge.liedAbout(key);
    return lies;
  }

  /** A header that is wrong, or not there. */
  #falsify<T extends { readonly crc64: unknown }>(key: string, answer: Outcome<T>): Outcome<T> {
    if (!answer.ok || !this.#lies(key, 0.05)) return answer;
    const crc64 = this.#world.chance.happens(0.5) ? null : '1';
    return success({ ...answer.value, crc64 });
  }

  #fate(): Fate {
    let left = this.#world.chance.next();
    for (const [fate, often] of Object.entries(FATES[this.#weather().weather])) {
      left -= often;
      if (left < 0) return fate as Fate;
    }
    return 'served';
  }

  #carry<T>(
    context: RequestContext,
    body: Body | null,
    serve: (content: Content) => Outcome<T>,
  ): Promise<Answer<T>> {
    const { chance, clock, cloud, disk } = this.#world;
    return new Promise((resolve) => {
      const fate = this.#fate();
      let open = true;
      const settle = (answer: Answer<T>): void => {
        if (open && this.#alive) resolve(answer);
        open = false;
      };
      const reach = (): Answer<T> => {
        const content = body === null ? [] : disk.bytesOf(body);
        context.onSent(sizeOf(content));
        const no = fate === 'busy' ? busy(chance) : cloud.refuses(context.generation, context.clockOffsetMs);
        const outcome = no === null ? serve(content) : failure(no);
        return { ...outcome, clockOffsetMs: cloud.offsetInAnswer() };
      };
      const arrive = (served: boolean): void => {
        this.#onTheWay.delete(arrive);
        if (served) reach();
      };
      const canceled: Answer<T> = {
        ...failure(fault('canceled', 'The request was canceled.')),
        clockOffsetMs: null,
      };
      if (fate !== 'drop' && fate !== 'reset') this.#onTheWay.add(arrive);
      context.cancel.onCancel(() => {
        if (this.#onTheWay.has(arrive)) arrive(chance.happens(0.4));
        settle(canceled);
      });
      const bodyMs = body === null ? 0 : Math.ceil(body.sizeBytes / 4_000);
      clock.after(chance.between(5, 200) + bodyMs, () => {
        if (!open || !this.#alive) return;
        if (fate === 'drop' || fate === 'reset') {
          if (fate === 'reset' && body !== null) context.onSent(Math.floor(body.sizeBytes / 2));
          settle(silence('connection-lost'));
          return;
        }
        this.#onTheWay.delete(arrive);
        if (fate === 'stall') {
          if (chance.happens(0.5)) reach();
          clock.after(20_000, () => settle(silence('stalled')));
          return;
        }
        const answer = reach();
        clock.after(chance.between(5, 100), () =>
          settle(fate === 'lose-answer' ? silence('connection-lost') : answer),
        );
      });
    });
  }
}

function busy(chance: Chance): Fault {
  return chance.happens(0.5)
    ? fault('server-busy', 'ServiceUnavailable')
    : fault('throttled', 'QpsLimitExceeded', { retryAfterMs: 1_000 });
}
