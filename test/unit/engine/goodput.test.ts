import { describe, expect, it } from 'vitest';
import { Desk, no, OURS, put, stored, work } from './reducer-driver';

const files = (count: number): ReturnType<typeof work>[] =>
  Array.from({ length: count }, (_, index) => work(index + 1, 1_000));

function desk(connections: number): Desk {
  const made = new Desk(connections);
  made.open();
  made.credentials();
  made.load(files(900));
  return made;
}

function second(made: Desk, answers: number): void {
  for (let count = 0; count < answers; count += 1) made.answer('put', put(stored(OURS)));
  made.at += 1_001;
}

describe('how many requests at once', () => {
  it('begins with eight and grows by one while that brings more, up to what is allowed', () => {
    const made = desk(10);
    expect(made.asked).toHaveLength(8);
    for (let round = 1; round <= 12; round += 1) second(made, 8 + round);
    expect(made.home.connections).toBe(10);
    expect(made.asked).toHaveLength(10);
  });

  it('stays where more brings nothing', () => {
    const made = desk(32);
    second(made, 40);
    second(made, 40);
    const before = made.home.connections;
    for (let round = 0; round < 8; round += 1) second(made, 20 - 2 * round);
    expect(made.home.connections).toBeLessThanOrEqual(before + 1);
  });

  it('halves when the server asks for mercy, once for a burst, and never below one', () => {
    const made = desk(32);
    for (let count = 0; count < 5; count += 1) made.answer('put', put(no('server-busy')));
    expect(made.home.connections).toBe(4);
    for (let round = 0; round < 6; round += 1) {
      made.at += 1_001;
      made.answer('put', put(no('throttled')));
      made.wait(120_000);
    }
    expect(made.home.connections).toBe(1);
  });

  it('never has more bytes in flight than a crash may send again', () => {
    const mib = 1024 ** 2;
    const made = new Desk(64);
    made.open();
    made.credentials();
    made.load(Array.from({ length: 60 }, (_, index) => work(index + 1, 16 * mib)));
    expect(made.state.inFlightBytes).toBe(8 * 16 * mib);
    for (let round = 0; round < 40; round += 1) {
      made.at += 1_001;
      made.answer('put', put(no('server-refused')));
      expect(made.state.inFlightBytes).toBeLessThanOrEqual(256 * mib);
    }
  });
});
