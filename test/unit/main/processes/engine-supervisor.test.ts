import { describe, expect, test } from 'vitest';
import { EngineSupervisor, type EngineProcess } from '../../../../src/main/processes/engine-supervisor';
import type { FromEngine, ToEngine } from '../../../../src/shared/engine-link';
import { failure, fault, success } from '../../../../src/shared/faults';
import type { BatchId, DestinationId } from '../../../../src/shared/ids';
import type { EngineStatus } from '../../../../src/shared/queue-view';

const DESTINATION = 'one' as DestinationId;

/** A process in memory: what it is told is kept, what it says and when it dies is up to the test. */
class ScriptedProcess implements EngineProcess {
  readonly told: ToEngine[] = [];
  isKilled = false;
  #hear: (message: FromEngine) => void = () => {};
  #exit: () => void = () => {};
  send(message: ToEngine): void {
    this.told.push(message);
  }
  onMessage(listener: (message: FromEngine) => void): void {
    this.#hear = listener;
  }
  onExit(listener: () => void): void {
    this.#exit = listener;
  }
  kill(): void {
    this.isKilled = true;
  }
  say(message: FromEngine): void {
    this.#hear(message);
  }
  ready(resumedItems = 0, keptBytes = 0): void {
    this.say({ kind: 'ready', resumedItems, keptBytes });
  }
  die(): void {
    this.#exit();
  }
  calls(): Extract<ToEngine, { kind: 'call' }>[] {
    return this.told.filter((message) => message.kind === 'call');
  }
}

function supervised() {
  const processes: ScriptedProcess[] = [];
  const statuses: EngineStatus[] = [];
  const asked: { id: DestinationId; fresh: boolean }[] = [];
  const timers: { at: number; ring: () => void }[] = [];
  let now = 1_000_000;
  const supervisor = new EngineSupervisor({
    fork: () => {
      processes.push(new ScriptedProcess());
      return processes.at(-1)!;
    },
    configuration: () => ({ directory: '/queue', destinations: [], connections: 32 }),
    askCredentials: (id, fresh) => {
      asked.push({ id, fresh });
      return Promise.resolve(failure(fault('token-server', 'no answer')));
    },
    onStatus: (status) => statuses.push(status),
    sendNotice: (_id, notice) =>
      Promise.resolve(notice.key === 'known' ? success(undefined) : failure(fault('callback-failed', 'no'))),
    askUploadUrls: () => Promise.resolve(failure(fault('token-server', 'no answer'))),
    onDelta: () => {},
    onFaces: () => {},
    detector: { detect: () => Promise.reject(new Error('nothing asks')) },
    now: () => now,
    after: (delayMs, ring) => {
      const timer = { at: now + delayMs, ring };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
    log: () => {},
  });
  const pass = (delayMs: number): void => {
    now += delayMs;
    for (const timer of timers.filter(({ at }) => at <= now)) {
      timers.splice(timers.indexOf(timer), 1);
      timer.ring();
    }
  };
  supervisor.start();
  return { supervisor, processes, statuses, asked, pass, last: () => processes.at(-1)! };
}

describe('start', () => {
  test('tells the engine where its queue lies, and the window what was resumed', () => {
    const { supervisor, last, statuses } = supervised();
    expect(last().told).toEqual([{ kind: 'start', directory: '/queue', destinations: [], connections: 32 }]);
    expect(supervisor.status()).toEqual({ kind: 'starting' });
    last().ready(12, 500);
    expect(statuses).toEqual([{ kind: 'running', restarts: 0, resumedItems: 12, keptBytes: 500 }]);
  });

  test('a queue that cannot be opened ends with its own fault, and is not tried again', async () => {
    const { supervisor, last, processes, statuses, pass } = supervised();
    const why = fault('disk-full', 'The disk is full.');
    const waiting = supervisor.call('queue.snapshot', {});
    last().say({ kind: 'broken', fault: why });
    last().die();
    pass(60_000);
    expect(last().isKilled).toBe(true);
    expect(processes).toHaveLength(1);
    expect(statuses).toEqual([{ kind: 'stopped', fault: why }]);
    expect(await waiting).toEqual({ ok: false, fault: why });
    expect(await supervisor.call('queue.snapshot', {})).toEqual({ ok: false, fault: why });
  });
});

describe('calls', () => {
  test('wait until the engine is ready and get the answer that is theirs', async () => {
    const { supervisor, last } = supervised();
    const first = supervisor.call('queue.command', { verb: 'pause', scope: { kind: 'all' } });
    const second = supervisor.call('queue.command', { verb: 'resume', scope: { kind: 'all' } });
    expect(last().calls()).toEqual([]);
    last().ready();
    const [one, two] = last().calls();
    last().say({ kind: 'reply', id: two!.id, reply: { ok: true, value: { affected: 2 } } });
    last().say({ kind: 'reply', id: one!.id, reply: { ok: true, value: { affected: 1 } } });
    expect(await first).toEqual({ ok: true, value: { affected: 1 } });
    expect(await second).toEqual({ ok: true, value: { affected: 2 } });
  });

  test('that only read are asked again of the next engine; the others are answered engine-stopped', async () => {
    const { supervisor, processes, last, pass } = supervised();
    last().ready();
    const add = supervisor.call('queue.add', { destinationId: DESTINATION, paths: ['/a'] });
    const detail = supervisor.call('queue.detail', { itemId: 7 });
    last().die();
    const later = supervisor.call('queue.add', { destinationId: DESTINATION, paths: ['/b'] });
    expect(await add).toMatchObject({ ok: false, fault: { code: 'engine-stopped' } });
    pass(0);
    expect(processes).toHaveLength(2);
    last().ready();
    expect(
      last()
        .calls()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['queue.add', 'queue.detail']);
    for (const { id, name } of last().calls())
      last().say({
        kind: 'reply',
        id,
        reply: { ok: true, value: name === 'queue.add' ? { batchId: 1 as BatchId } : null },
      });
    expect(await detail).toEqual({ ok: true, value: null });
    expect(await later).toEqual({ ok: true, value: { batchId: 1 } });
  });
});

describe('deaths', () => {
  test('the first is met at once, later ones after growing pauses, the fifth within a minute ends it', async () => {
    const { supervisor, processes, statuses, last, pass } = supervised();
    for (const pauseMs of [0, 500, 2000, 5000]) {
      const before = processes.length;
      last().ready();
      last().die();
      if (pauseMs > 0) {
        pass(pauseMs - 1);
        expect(processes).toHaveLength(before);
      }
      pass(1);
      expect(processes).toHaveLength(before + 1);
    }
    last().ready();
    last().die();
    pass(120_000);
    expect(processes).toHaveLength(5);
    expect(statuses.at(-1)).toMatchObject({ kind: 'stopped', fault: { code: 'engine-stopped' } });
    expect(await supervisor.call('queue.snapshot', {})).toMatchObject({ ok: false });
  });

  test('that lie more than a minute apart never end it, and restarts are counted', () => {
    const { statuses, last, pass } = supervised();
    for (let death = 0; death < 20; death += 1) {
      last().ready();
      last().die();
      pass(60_000);
    }
    last().ready();
    expect(statuses.at(-1)).toMatchObject({ kind: 'running', restarts: 20 });
  });

  test('words of an engine that was buried are not heard', () => {
    const { processes, statuses, pass } = supervised();
    processes[0]!.die();
    pass(0);
    processes[0]!.ready(99, 99);
    expect(statuses).toEqual([{ kind: 'restarting', restarts: 1 }]);
  });
});

describe('credentials', () => {
  test('are asked for the engine and answered by the same number', async () => {
    const { asked, last } = supervised();
    last().ready();
    last().say({ kind: 'ask-credentials', id: 41, destinationId: DESTINATION, fresh: true });
    await Promise.resolve();
    await Promise.resolve();
    expect(asked).toEqual([{ id: DESTINATION, fresh: true }]);
    expect(last().told.at(-1)).toMatchObject({ kind: 'credentials', id: 41, outcome: { ok: false } });
  });

  test('notices go out with the bearer that main alone has, and come back by the same number', async () => {
    const { last } = supervised();
    last().ready();
    const notice = { bucket: 'b', key: 'known', size: 1, crc64: '1', etag: 'E' };
    last().say({ kind: 'send-notice', id: 42, destinationId: DESTINATION, notice });
    await Promise.resolve();
    await Promise.resolve();
    expect(last().told.at(-1)).toMatchObject({ kind: 'noticed', id: 42, outcome: { ok: true } });
  });
});

describe('stop', () => {
  test('waits for the engine to commit', async () => {
    const { supervisor, processes, last } = supervised();
    last().ready();
    const stopping = supervisor.stop();
    expect(last().told.at(-1)).toEqual({ kind: 'stop' });
    expect(last().isKilled).toBe(false);
    last().say({ kind: 'stopped' });
    await stopping;
    expect(last().isKilled).toBe(true);
    last().die();
    expect(processes).toHaveLength(1);
  });

  test('takes five seconds at most', async () => {
    const { supervisor, last, pass } = supervised();
    last().ready();
    const stopping = supervisor.stop();
    pass(5000);
    await stopping;
    expect(last().isKilled).toBe(true);
  });

  test('during a pause starts nothing any more', async () => {
    const { supervisor, processes, last, pass } = supervised();
    last().die();
    await supervisor.stop();
    pass(60_000);
    expect(processes).toHaveLength(1);
  });
});
