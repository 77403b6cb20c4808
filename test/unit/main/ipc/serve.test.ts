import { describe, expect, test } from 'vitest';
import { publish, serve, type CallPort } from '../../../../src/main/ipc/serve';
import { success } from '../../../../src/shared/faults';
import type { DestinationId } from '../../../../src/shared/ids';
import { calls, type Handlers, type Reply } from '../../../../src/shared/ipc/contract';

type Listener = (event: string, input: unknown) => Promise<Reply<unknown>>;

/** Handlers that all answer `reply`, whatever they are asked. */
function handlersThat(reply: () => Promise<Reply<unknown>>): Handlers {
  return Object.fromEntries(Object.keys(calls).map((name) => [name, reply])) as unknown as Handlers;
}

function served(handlers: Handlers) {
  const listeners = new Map<string, Listener>();
  const logged: string[] = [];
  const port: CallPort<string> = {
    handle: (channel, listener) => {
      if (listeners.has(channel)) throw new Error(`a second handler for ${channel}`);
      listeners.set(channel, listener);
    },
    removeHandler: (channel) => listeners.delete(channel),
  };
  const log = (message: string, details = {}) => logged.push(`${message} ${JSON.stringify(details)}`);
  serve(port, handlers, (event) => event === 'our window', log);
  const ask = (name: string, input: unknown, from = 'our window') => listeners.get(name)!(from, input);
  return { listeners, logged, ask, again: () => serve(port, handlers, () => true, log) };
}

const nothing = (): Promise<Reply<unknown>> => Promise.resolve(success({}));

describe('serve', () => {
  test('a stranger gets nothing, and the handler is never run', async () => {
    let runs = 0;
    const { ask, logged } = served(
      handlersThat(() => {
        runs += 1;
        return nothing();
      }),
    );
    expect(await ask('clipboard.write', { text: 'x' }, 'a stranger')).toMatchObject({ ok: false });
    expect(runs).toBe(0);
    expect(logged).toHaveLength(1);
    expect(await ask('clipboard.write', { text: 'x' })).toEqual({ ok: true, value: {} });
    expect(runs).toBe(1);
  });

  test('input that the contract refuses never reaches the handler', async () => {
    let runs = 0;
    const { ask } = served(
      handlersThat(() => {
        runs += 1;
        return nothing();
      }),
    );
    expect(await ask('clipboard.write', { text: 7 })).toMatchObject({
      ok: false,
      fault: { code: 'invalid-input' },
    });
    expect(runs).toBe(0);
  });

  test('keys that the contract does not name fall away', async () => {
    const value = { batchId: 4, securityToken: 'CAIS-secret' };
    const { ask } = served(handlersThat(() => Promise.resolve(success(value))));
    const reply = await ask('queue.add', { destinationId: 'one' as DestinationId, paths: ['/a'] });
    expect(reply).toEqual({ ok: true, value: { batchId: 4 } });
  });

  test('an output that the contract refuses is our fault, logged, without its value', async () => {
    const { ask, logged } = served(handlersThat(() => Promise.resolve(success({ affected: 'CAIS-secret' }))));
    const reply = await ask('queue.command', { verb: 'pause', scope: { kind: 'all' } });
    expect(reply).toMatchObject({ ok: false, fault: { code: 'internal' } });
    expect(JSON.stringify(reply)).not.toContain('CAIS-secret');
    expect(logged).toHaveLength(1);
    expect(logged[0]).not.toContain('CAIS-secret');
  });

  test('an error that was not foreseen is logged and its words stay here', async () => {
    const { ask, logged } = served(handlersThat(() => Promise.reject(new Error('inner words'))));
    const reply = await ask('queue.snapshot', {});
    expect(reply).toMatchObject({ ok: false, fault: { code: 'internal' } });
    expect(JSON.stringify(reply)).not.toContain('inner words');
    expect(logged[0]).toContain('inner words');
  });

  test('can be served again without a second handler', () => {
    const { again } = served(handlersThat(nothing));
    expect(again).not.toThrow();
  });
});

describe('publish', () => {
  const settings = { theme: 'dark', language: 'en', currentDestinationId: null, connections: 3 } as const;

  test('sends what the contract names and nothing more', () => {
    const sent: unknown[] = [];
    const value = { ...settings, accessKeySecret: 'secret' };
    publish(
      (channel, parsed) => sent.push([channel, parsed]),
      'settings.changed',
      value,
      () => {},
    );
    expect(sent).toEqual([['settings.changed', settings]]);
  });

  test('a value that breaks the contract is logged, not sent', () => {
    const sent: unknown[] = [];
    const logged: string[] = [];
    const value = { ...settings, connections: 99 };
    publish(
      (_, parsed) => sent.push(parsed),
      'settings.changed',
      value,
      (message) => logged.push(message),
    );
    expect(sent).toEqual([]);
    expect(logged).toHaveLength(1);
  });
});
