import { describe, expect, test } from 'vitest';
import {
  DetectorQueue,
  type AnsweredBy,
  type AskedOf,
  type DetectorWorker,
} from '../../../src/faces/detector-queue';

class ScriptedWorkplace implements DetectorWorker {
  readonly asked: AskedOf[] = [];
  isKilled = false;
  #hear: (message: AnsweredBy) => void = () => {};
  #exit: () => void = () => {};
  send(message: AskedOf): void {
    this.asked.push(message);
  }
  onMessage(listener: (message: AnsweredBy) => void): void {
    this.#hear = listener;
  }
  onExit(listener: () => void): void {
    this.#exit = listener;
  }
  kill(): void {
    this.isKilled = true;
  }
  /** Answers the last question. */
  answer(width: number): void {
    this.#hear({ id: this.asked.at(-1)!.id, answer: { ok: true, value: { width, height: 1 } } });
  }
  die(): void {
    this.#exit();
  }
  sources(): unknown[] {
    return this.asked.map(({ question }) => question.source);
  }
}

function open(idleMs = 60_000) {
  const places: ScriptedWorkplace[] = [];
  const timers: { delayMs: number; ring: () => void }[] = [];
  const desk = new DetectorQueue({
    fork: () => {
      places.push(new ScriptedWorkplace());
      return places.at(-1)!;
    },
    after: (delayMs, ring) => {
      const timer = { delayMs, ring };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
    idleMs,
  });
  const size = (source: string) => desk.ask({ kind: 'size', source });
  const faces = (source: string) => desk.ask({ kind: 'faces', source });
  const idle = (): void => timers.splice(0).forEach(({ ring }) => ring());
  return { desk, places, timers, size, faces, idle, place: () => places.at(-1)! };
}

describe('the desk', () => {
  test('starts nothing before it is asked, then one workplace', async () => {
    const { places, size, place } = open();
    expect(places).toHaveLength(0);
    const first = size('a');
    place().answer(1);
    const second = size('b');
    place().answer(2);
    expect([await first, await second]).toMatchObject([{ value: { width: 1 } }, { value: { width: 2 } }]);
    expect(places).toHaveLength(1);
  });

  test('has one picture in work: what is shown first, newest first, then faces in their order', () => {
    const { size, faces, place } = open();
    for (const source of ['f1', 'f2', 'f3']) void faces(source);
    for (const source of ['s1', 's2']) void size(source);
    for (let n = 0; n < 5; n += 1) {
      expect(place().asked).toHaveLength(n + 1);
      place().answer(n);
    }
    expect(place().sources()).toEqual(['f1', 's2', 's1', 'f2', 'f3']);
  });

  test('ends the workplace after a minute without questions, and starts another when asked again', async () => {
    const { places, timers, size, idle, place } = open();
    const first = size('a');
    expect(timers).toHaveLength(0);
    place().answer(1);
    await first;
    expect(timers).toMatchObject([{ delayMs: 60_000 }]);
    idle();
    expect(place().isKilled).toBe(true);
    const second = size('b');
    expect(places).toHaveLength(2);
    place().answer(2);
    expect(await second).toMatchObject({ ok: true });
  });

  test('does not end it under a question that came in time', () => {
    const { timers, size, place } = open();
    void size('a');
    place().answer(1);
    void size('b');
    expect(timers).toHaveLength(0);
    expect(place().isKilled).toBe(false);
  });

  test('asks again after a death, and gives up a picture that killed twice, and only that', async () => {
    const { places, size, place } = open();
    const bad = size('bad');
    const good = size('good');
    place().die();
    // The good one was asked later, so it is shown first now or later; it must come through.
    place().die();
    place().answer(7);
    place().answer(7);
    const answers = [await bad, await good];
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(answers.find(({ ok }) => !ok)).toMatchObject({ problem: { code: 'unreadable' } });
    expect(answers[0]).toMatchObject({ ok: false });
    expect(places).toHaveLength(3);
  });

  test('a death without a question is nothing', async () => {
    const { places, size, place } = open();
    const first = size('a');
    place().answer(1);
    await first;
    place().die();
    const second = size('b');
    place().answer(2);
    expect(await second).toMatchObject({ ok: true, value: { width: 2 } });
    expect(places).toHaveLength(2);
  });

  test('takes no answer from a workplace that is gone', async () => {
    const { places, size } = open();
    const asked = size('a');
    places[0]!.die();
    places[0]!.answer(1);
    places[1]!.answer(2);
    expect(await asked).toMatchObject({ value: { width: 2 } });
  });

  test('answers what waits when it is closed, and refuses afterwards', async () => {
    const { desk, size, faces, place } = open();
    const waiting = [size('a'), faces('b'), size('c')];
    desk.close();
    for (const answer of await Promise.all(waiting))
      expect(answer).toMatchObject({ problem: { code: 'stopped' } });
    expect(place().isKilled).toBe(true);
    expect(await size('d')).toMatchObject({ ok: false, problem: { code: 'stopped' } });
  });

  test('holds 2,000 questions; the picture asked for first gives way', async () => {
    const { size } = open();
    const asked = Array.from({ length: 2002 }, (_, n) => size(String(n)));
    // The first is in work, the next 2,000 fill the desk, the last one pushes out the oldest of them.
    expect(await asked[1]).toMatchObject({ ok: false, problem: { code: 'stopped' } });
  });

  test('says so where nothing can be started', async () => {
    const desk = new DetectorQueue({
      fork: () => {
        throw new Error('it is not built');
      },
      after: () => () => {},
      idleMs: 1,
    });
    expect(await desk.ask({ kind: 'size', source: 'a' })).toMatchObject({
      problem: { code: 'failed', message: 'The face detector cannot be started: it is not built' },
    });
  });
});
