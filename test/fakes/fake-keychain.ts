/** A keychain process by hand: what it was asked, and what it answers. */
import type { KeychainPorts, KeychainProcess } from '../../src/main/credentials/keychain';
import {
  serveKeychain,
  type FromKeychain,
  type ToKeychain,
} from '../../src/main/credentials/keychain-server';

/** How the system's keychain behaves. */
export type Mood = 'open' | 'locked' | 'absent';

export interface FakeKeychain {
  readonly ports: KeychainPorts;
  mood: Mood;
  /** By account, across processes. */
  readonly entries: Map<string, string>;
  readonly forks: { isAlive: boolean; die(): void }[];
  readonly logged: unknown[];
  /** Lets so much time pass. */
  pass(ms: number): Promise<void>;
}

/** Lets everything that is due in microtasks happen. */
export const settle = (): Promise<void> => new Promise((done) => setImmediate(done));

export function fakeKeychain(mood: Mood = 'open'): FakeKeychain {
  let now = 0;
  const timers = new Set<{ readonly at: number; readonly ring: () => void }>();
  const entries = new Map<string, string>();
  const forks: FakeKeychain['forks'] = [];
  const logged: unknown[] = [];
  const system = async <T>(work: () => T): Promise<T> => {
    if (fake.mood === 'locked') await new Promise(() => undefined);
    if (fake.mood === 'absent') throw new Error('Cannot autolaunch D-Bus without X11 $DISPLAY');
    return work();
  };
  const fork = (): KeychainProcess => {
    const heard = new Set<(message: FromKeychain) => void>();
    const questions = new Set<(message: ToKeychain) => void>();
    const exits = new Set<() => void>();
    const state = {
      isAlive: true,
      die: () => {
        if (!state.isAlive) return;
        state.isAlive = false;
        for (const exit of exits) exit();
      },
    };
    forks.push(state);
    const link = {
      send: (message: FromKeychain) => {
        if (state.isAlive) for (const listener of heard) listener(message);
      },
      onMessage: (listener: (message: ToKeychain) => void) => void questions.add(listener),
    };
    serveKeychain(link, () =>
      Promise.resolve({
        getPassword: (_service: string, account: string) => system(() => entries.get(account) ?? null),
        setPassword: (_service: string, account: string, value: string) =>
          system(() => void entries.set(account, value)),
        // Slower than the others, as threads may be: only questions that are asked one by one keep their order.
        deletePassword: async (_service: string, account: string) => {
          await settle();
          return system(() => entries.delete(account));
        },
      }),
    );
    return {
      send: (message) => {
        if (state.isAlive) for (const listener of questions) listener(message);
      },
      onMessage: (listener) => void heard.add(listener),
      onExit: (listener) => void exits.add(listener),
      kill: () => state.die(),
    };
  };
  const fake: FakeKeychain = {
    mood,
    entries,
    forks,
    logged,
    ports: {
      fork,
      after: (delayMs, ring) => {
        const timer = { at: now + delayMs, ring };
        timers.add(timer);
        return () => void timers.delete(timer);
      },
      log: (message, details) => void logged.push(message, details),
    },
    pass: async (ms) => {
      await settle();
      now += ms;
      for (const timer of [...timers])
        if (timer.at <= now && timers.delete(timer)) {
          timer.ring();
          await settle();
        }
      await settle();
    },
  };
  return fake;
}
