/**
 * A world out of one seed: files, a cloud, a network and a queue, and what happens to them, in virtual time. The
 * engine in it is the shipped one; only its ports differ. After every step the judge looks at all promises.
 */
import type { Ports, ScanPort } from '../../src/engine/queue-ports';
import { Runner } from '../../src/engine/runner';
import { isIdle } from '../../src/engine/state';
import { failure, fault, success, type Outcome } from '../../src/shared/faults';
import type { BatchId, DestinationId, ItemId, ObjectKey } from '../../src/shared/ids';
import type { ConflictPolicy } from '../../src/shared/profile';
import type { Scope, Verb } from '../../src/shared/queue-view';
import { MemoryDisk } from './memory-disk';
import { MemoryStore } from './memory-store';
import { must } from './queue-samples';
import { MIB } from './world-bytes';
import { Chance, WorldClock } from './world-clock';
import { WorldCloud, type Right } from './world-cloud';
import { WorldDisk, type Change } from './world-disk';
import { WorldJudge } from './world-judge';
import { WorldRule } from './world-rule';
import { WorldWire, type StsMood, type Weather } from './world-wire';

const POLICIES: readonly ConflictPolicy[] = [
  'overwrite',
  'never-overwrite',
  'skip-identical',
  'keep-both',
  'ask',
];
const RIGHTS: readonly Right[] = ['read', 'list-parts', 'list-uploads', 'abort'];
const SIZES = [0, 1, 4_096, 700_000, 3 * MIB, 16 * MIB, 16 * MIB + 1, 18 * MIB, 23 * MIB + 77, 40 * MIB];
const CHANGES: readonly Change[] = ['touch', 'rewrite', 'one-block', 'shrink', 'grow', 'vanish', 'come-back'];
/** Most troubles come early, while much is going on. */
const TROUBLES_UNTIL = [4_000, 15_000, 60_000];
const END_OF_TROUBLES = 90_000;
/** Long enough for every backoff, short enough to call a hang a hang. */
const PATIENCE = 12 * 3_600_000;

interface Plan {
  readonly path: string;
  readonly names: readonly string[];
  /** These the rule of the destination looks at before they are sent. */
  readonly pictures: ReadonlySet<string>;
  readonly batchId: BatchId;
}

/** One life of the engine. */
interface Process {
  readonly runner: Runner;
  readonly wire: WorldWire;
  readonly store: MemoryStore;
  readonly rule: WorldRule;
  alive: boolean;
}

export class World {
  readonly trace: string[] = [];
  readonly ends = new Map<string, number>();
  steps = 0;
  crashes = 0;
  readonly #clock = new WorldClock();
  readonly #chance: Chance;
  readonly #disk: WorldDisk;
  readonly #cloud: WorldCloud;
  readonly #queue = new MemoryDisk();
  readonly #judge: WorldJudge;
  readonly #plans: Plan[] = [];
  readonly #destinationIds: readonly DestinationId[];
  readonly #startedAt: number;
  #process: Process;
  #weather: Weather = 'good';
  #sts: StsMood = 'good';
  #over = false;

  constructor(seed: number) {
    this.#chance = new Chance(seed);
    const { chance } = { chance: this.#chance };
    this.#startedAt = this.#clock.now();
    this.#disk = new WorldDisk(this.#clock, chance);
    this.#cloud = new WorldCloud(this.#clock, chance);
    this.#judge = new WorldJudge(this.#queue, this.#cloud, this.#disk);
    this.#cloud.existsFirst = chance.happens(0.5);
    this.#cloud.tokenLifeMs = chance.pick([20_000, 120_000, 900_000]);
    this.#cloud.clockOffsetMs = chance.pick([0, 0, 2_500, -2_500, 3_600_000, -3_600_000]);
    if (seed % 5 === 0) {
      this.#cloud.way = 'form';
      for (const right of RIGHTS) this.#cloud.forbidden.add(right);
    }
    for (const right of RIGHTS) if (chance.happens(0.25)) this.#cloud.forbidden.add(right);
    this.#cloud.callsBack = chance.happens(0.4);
    this.#destinationIds = (chance.happens(0.3) ? ['home', 'away'] : ['home']) as DestinationId[];
    this.#process = this.#begin(new MemoryStore(this.#clock, this.#queue));
    for (let batch = 0; batch < chance.between(1, 2); batch += 1) this.#handIn(batch);
    for (let count = chance.between(3, 20); count > 0; count -= 1)
      this.#clock.after(chance.below(chance.pick(TROUBLES_UNTIL)), () => this.#trouble());
    this.#clock.after(END_OF_TROUBLES, () => this.#mendAll());
  }

  /** Runs to the end; throws where a promise is broken. */
  async run(): Promise<void> {
    await this.#start();
    while (!this.#over || !isIdle(this.#process.runner.state)) {
      const going = this.#clock.step();
      await settled();
      this.steps += 1;
      this.#judge.check(this.#process.runner.state);
      const late = this.#clock.now() - this.#startedAt > PATIENCE;
      if (going && !late) continue;
      this.#noteStandstill();
      throw new Error(`P9: ${late ? 'it goes on for ever' : 'nothing moves any more'}`);
    }
    this.#judge.final();
    for (const row of this.#queue.rows.values()) {
      const end = row.end?.end;
      const kind =
        end?.kind === 'done' && end.callbackFault !== undefined
          ? 'done, callback failed'
          : (end?.kind ?? 'open');
      this.ends.set(kind, (this.ends.get(kind) ?? 0) + 1);
    }
  }

  // ---- what the user hands in ----

  #handIn(number: number): void {
    const chance = this.#chance;
    const path = `/data/${number}`;
    const names = Array.from({ length: chance.between(2, 7) }, (_, index) => `file-${index}`);
    for (const name of names) this.#disk.make(`${path}/${name}`, chance.pick(SIZES));
    const keyPrefix = chance.happens(0.2) ? 'uploads/' : `uploads/${number}/`;
    const plan = {
      destinationId: chance.pick(this.#destinationIds),
      name: path,
      kind: 'folder' as const,
      roots: [{ path, keyPrefix, isFile: false }],
      prefix: 'uploads/',
      conflict: chance.pick(POLICIES),
      createdAt: 1,
      normalizeNames: 'as-is' as const,
    };
    const batchId = must(this.#process.store.createBatch(plan));
    const pictures = new Set(names.filter(() => chance.happens(0.3)));
    this.#plans.push({ path, names, pictures, batchId });
    for (const name of names) if (chance.happens(0.15)) this.#foreignWrite(`${keyPrefix}${name}`);
  }

  #foreignWrite(key: string): void {
    const sizeBytes = this.#chance.pick(SIZES);
    this.#judge.foreign.add(key);
    const bytes = { tag: `foreign ${this.#chance.next()}`, sizeBytes };
    this.#cloud.store(key, sizeBytes === 0 ? [] : [bytes]);
  }

  // ---- one life of the engine ----

  #begin(store: MemoryStore): Process {
    const world = {
      clock: this.#clock,
      chance: this.#chance,
      cloud: this.#cloud,
      disk: this.#disk,
      judge: this.#judge,
    };
    const wire = new WorldWire(world, () => ({ weather: this.#weather, sts: this.#sts }));
    let alive = true;
    const rule = new WorldRule({
      clock: this.#clock,
      chance: this.#chance,
      queue: this.#queue,
      store,
      runner: () => runner,
      alive: () => alive,
    });
    const ports: Ports = {
      clock: {
        now: () => this.#clock.now(),
        schedule: (at, ring) => this.#clock.schedule(at, () => (alive ? ring() : undefined)),
      },
      random: { seed: () => this.#chance.below(2 ** 32) },
      files: this.#disk.port(() => alive),
      objects: wire.port(),
      credentials: wire.credentials(),
      store: rule.port(),
      scanner: this.#scanner(
        store,
        () => alive,
        () => rule.tend(),
      ),
      observer: {
        onEnded: (work, _at, end) => {
          this.#note(`${end.kind} ${work.key}`);
          this.#judge.announced(work, end);
        },
      },
    };
    const runner = new Runner(ports, this.#chance.pick([2, 8, 32]));
    return {
      runner,
      wire,
      store,
      rule,
      get alive() {
        return alive;
      },
      set alive(value) {
        alive = value;
      },
    };
  }

  #scanner(store: MemoryStore, alive: () => boolean, tend: () => void): ScanPort {
    const pause = (): Promise<void> =>
      new Promise((resolve) => {
        this.#clock.after(this.#chance.between(10, 1_500), () => (alive() ? resolve() : undefined));
      });
    const add = async (plan: Plan, name: string): Promise<Outcome<{ readonly added: number }>> => {
      for (;;) {
        await pause();
        const looked = await this.#disk.port(alive).look(`${plan.path}/${name}`);
        if (!looked.ok) return success({ added: 0 });
        const keyPrefix = this.#queue.batches.get(plan.batchId)?.plan.roots[0]?.keyPrefix ?? '';
        const key = `${keyPrefix}${name}` as ObjectKey;
        const looksFirst = plan.pictures.has(name);
        const item = { rootIndex: 0, name, key, snapshot: looked.value, looksFirst };
        const added = store.addItems(plan.batchId, [item]);
        if (added.ok || added.fault.code !== 'disk-full') return added;
      }
    };
    return {
      scan: async (job, onFound, cancel) => {
        const plan = this.#plans.find((each) => each.batchId === job.batchId);
        if (plan === undefined) return failure(fault('internal', 'no such batch'));
        for (const name of plan.names) {
          const added = await add(plan, name);
          if (!added.ok) return added;
          if (cancel.canceled) return success(undefined);
          tend();
          onFound(added.value.added);
        }
        for (
          let marked = store.markScanned(plan.batchId);
          !marked.ok;
          marked = store.markScanned(plan.batchId)
        )
          await pause();
        return success(undefined);
      },
    };
  }

  async #start(): Promise<void> {
    this.#process.rule.tend();
    must(await this.#process.runner.start());
  }

  /** kill -9, and a new process on what the disk has. */
  #crash(): void {
    const old = this.#process;
    this.crashes += 1;
    old.alive = false;
    old.wire.die();
    this.#disk.openBodies = 0;
    this.#process = this.#begin(old.store.crash());
    this.#process.rule.tend();
    void this.#process.runner.start();
  }

  /** A clean stop cuts everything off and ends nothing. */
  #stop(): void {
    const old = this.#process;
    void old.runner.stop().then(() => {
      if (!old.alive || this.#process !== old) return;
      void old.store.recover().then(() => this.#crash());
    });
  }

  // ---- what happens ----

  #trouble(): void {
    const chance = this.#chance;
    const troubles: readonly (() => void)[] = [
      () => this.#setWeather(chance.pick(['good', 'flaky', 'flaky', 'down', 'busy', 'lying'])),
      () => this.#setWeather('flaky'),
      () => this.#setWeather('lying'),
      () => this.#crash(),
      () => this.#crash(),
      () => this.#stop(),
      () => this.#changeFile(),
      () => this.#command(),
      () => this.#command(),
      () => this.#setSts(chance.pick(['good', 'down', 'refusing'])),
      () => this.#cloud.revokeAll(),
      () => {
        this.#cloud.clockOffsetMs += chance.pick([-3_600_000, 3_600_000, 30_000]);
      },
      () => this.#fillDisk(),
      () => this.#cloud.loseOneUpload(),
      () => this.#process.runner.dispatch({ kind: 'nudge' }),
    ];
    const number = chance.below(troubles.length);
    this.#note(`trouble ${number}`);
    troubles[number]?.();
  }

  #setWeather(weather: Weather): void {
    this.#weather = weather;
    this.#note(weather);
  }

  #setSts(sts: StsMood): void {
    this.#sts = sts;
    this.#note(`sts ${sts}`);
  }

  #changeFile(): void {
    const plan = this.#chance.pick(this.#plans);
    const path = `${plan.path}/${this.#chance.pick(plan.names)}`;
    const how = this.#chance.pick(CHANGES);
    this.#note(`${how} ${path}`);
    this.#disk.change(path, how);
  }

  #fillDisk(): void {
    this.#process.store.fillDisk(true);
    this.#clock.after(this.#chance.between(100, 8_000), () => this.#process.store.fillDisk(false));
  }

  #command(): void {
    const verb = this.#chance.pick<Verb>([
      'pause',
      'pause',
      'resume',
      'resume',
      'retry',
      'cancel',
      'overwrite',
      'keep-both',
      'skip',
    ]);
    const ids = [...this.#queue.rows.keys()];
    const scopes: Scope[] = [
      { kind: 'all' },
      { kind: 'batch', batchId: this.#chance.pick(this.#plans).batchId },
    ];
    const some: ItemId[] = ids.filter(() => this.#chance.happens(0.4));
    if (some.length > 0) scopes.push({ kind: 'items', itemIds: some }, { kind: 'items', itemIds: some });
    const scope = this.#chance.pick(scopes);
    this.#note(`${verb} ${JSON.stringify(scope)}`);
    if (verb === 'cancel' || verb === 'skip') this.#judge.cancelAsked();
    void this.#process.runner.command(verb, scope);
  }

  /** From here on everything is good: whatever has not ended must end. */
  #mendAll(): void {
    this.#note('all is well');
    this.#weather = 'good';
    this.#sts = 'good';
    this.#process.store.fillDisk(false);
    if (this.#process.runner.state.phase === 'stopping') this.#crash();
    this.#clock.after(5_000, () => {
      for (const destinationId of this.#destinationIds)
        this.#process.runner.dispatch({ kind: 'credentials-changed', destinationId });
      void this.#process.runner.command('resume', { kind: 'all' }).then(() => {
        this.#over = true;
      });
    });
  }

  #noteStandstill(): void {
    const { state } = this.#process.runner;
    const { phase, commands, nextSeq, persistedSeq, storeTrouble, scans } = state;
    this.#note(JSON.stringify({ phase, commands, nextSeq, persistedSeq, storeTrouble, scans }));
    for (const destination of state.destinations.values()) this.#note(JSON.stringify(destination));
    for (const { work, todo, blockedUntil, awaitsSeq, closing } of state.items.values())
      this.#note(JSON.stringify({ key: work.key, todo, blockedUntil, awaitsSeq, closing }));
  }

  #note(what: string): void {
    this.trace.push(`${this.#clock.now() - this.#startedAt} ${what}`);
  }
}

/** Lets everything that is due at this instant happen. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
