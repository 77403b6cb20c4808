import { fault } from '../../shared/faults';
import {
  calls,
  streams,
  type CallName,
  type Handlers,
  type Reply,
  type StreamName,
  type StreamValue,
} from '../../shared/ipc/contract';
import { describeError, type Log } from '../log';

/** The part of Electron's ipcMain that serving needs. `Event` says who called. */
export interface CallPort<Event> {
  handle(channel: string, listener: (event: Event, input: unknown) => Promise<Reply<unknown>>): void;
  removeHandler(channel: string): void;
}

const refusal = (code: 'invalid-input' | 'internal', message: string): Reply<never> => ({
  ok: false,
  fault: fault(code, message),
});

async function answer(name: CallName, handlers: Handlers, input: unknown, log: Log): Promise<Reply<unknown>> {
  const parsed = calls[name].input.safeParse(input);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refusal(
      'invalid-input',
      `${name} was called with ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    );
  }
  // The table of handlers is typed call by call; here the pair of input and handler belongs to one name.
  const handler = handlers[name] as (value: unknown) => Promise<Reply<unknown>>;
  try {
    const reply = await handler(parsed.data);
    return reply.ok ? { ok: true, value: calls[name].output.parse(reply.value) } : reply;
  } catch (error) {
    log('a call failed', { call: name, ...describeError(error) });
    return refusal('internal', `${name} failed for a reason of our own; the log has it.`);
  }
}

/**
 * Answers every call of the contract: checks who calls, parses the input, runs the handler, parses the output (so
 * that keys the contract does not name fall away). Replies are values; nothing is thrown across.
 */
export function serve<Event>(
  port: CallPort<Event>,
  handlers: Handlers,
  isTrusted: (event: Event) => boolean,
  log: Log,
): void {
  for (const name of Object.keys(calls) as CallName[]) {
    port.removeHandler(name);
    port.handle(name, async (event, input) => {
      if (isTrusted(event)) return answer(name, handlers, input, log);
      log('a call from a stranger was refused', { call: name });
      return refusal('invalid-input', 'This call did not come from the window.');
    });
  }
}

/** Sends a value of a stream, parsed like the output of a call; one that the contract refuses is logged, not sent. */
export function publish<S extends StreamName>(
  send: (channel: S, value: unknown) => void,
  stream: S,
  value: StreamValue<S>,
  log: Log,
): void {
  const parsed = streams[stream].safeParse(value);
  if (parsed.success) send(stream, parsed.data);
  else log('a stream held what the contract does not allow', { stream, ...describeError(parsed.error) });
}
