import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { serveEngine } from '../../../src/host/engine-server';
import type { FromEngine, Link, ToEngine } from '../../../src/shared/engine-link';
import { QUIET_MS } from '../../../src/shared/quiet';

/** The engine with an empty queue, as main's process runs it. */
async function openEngine(directory: string) {
  const heard: FromEngine['kind'][] = [];
  let tell: (message: ToEngine) => void = () => undefined;
  const link: Link<ToEngine, FromEngine> = {
    send: ({ kind }) => heard.push(kind),
    onMessage: (listener) => (tell = listener),
  };
  serveEngine(link);
  tell({ kind: 'start', directory, destinations: [], connections: 4 });
  await vi.waitFor(() => expect(heard).toContain('ready'));
  const stop = async (): Promise<void> => {
    tell({ kind: 'stop' });
    await vi.waitFor(() => expect(heard).toContain('stopped'));
  };
  return { tell: (message: ToEngine) => tell(message), stop };
}

describe('an engine with nothing to do', () => {
  const folder = mkdtempSync(join(tmpdir(), 'oss-ferry-quiet-'));
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
    rmSync(folder, { recursive: true });
  });

  it('tidies up after a minute, once, and again only when there was something in between', async () => {
    const gc = vi.fn();
    vi.stubGlobal('gc', gc);
    const engine = await openEngine(folder);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    engine.tell({ kind: 'nudge' });
    await vi.advanceTimersByTimeAsync(QUIET_MS - 1);
    expect(gc).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(10 * QUIET_MS);
    expect(gc).toHaveBeenCalledTimes(1);
    engine.tell({ kind: 'nudge' });
    await vi.advanceTimersByTimeAsync(QUIET_MS);
    expect(gc).toHaveBeenCalledTimes(2);
    vi.useRealTimers();
    await engine.stop();
  });
});
