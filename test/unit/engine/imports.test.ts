/** The simulation proves something only if it runs what is shipped. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');

/** Every module that is loaded with `file`; imports of types alone load nothing. */
function graph(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  const text = readFileSync(file, 'utf8');
  for (const [, specifier] of text.matchAll(/^(?:import|export)\s(?!type\b)[^;]*?from '(\.[^']+)'/gm)) {
    const path = join(dirname(file), specifier ?? '');
    const target = [path, `${path}.ts`, `${path}.tsx`].find((each) => existsSync(each));
    if (target === undefined) throw new Error(`${file} imports ${specifier ?? ''}, which is not there`);
    graph(target, found);
  }
  return found;
}

const from = (file: string): string[] =>
  [...graph(join(root, file))].map((each) => relative(root, each).replaceAll('\\', '/')).sort();
const engineOf = (files: readonly string[]): string[] =>
  files.filter((file) => file.startsWith('src/engine/'));

describe('the simulated world', () => {
  const world = from('test/fakes/world.ts');

  it('loads the shipped engine, all of it, as the host does', () => {
    const shipped = engineOf(from('src/host/upload-engine.ts'));
    expect(shipped).toContain('src/engine/runner.ts');
    expect(shipped).toContain('src/engine/next.ts');
    expect(engineOf(world)).toEqual(expect.arrayContaining(engineOf(from('src/engine/runner.ts'))));
    for (const file of engineOf(from('src/engine/runner.ts'))) expect(shipped).toContain(file);
  });

  it('replaces nothing of it: no module is mocked, and no port is made by the wire or the disk', () => {
    const own = world.filter((file) => file.startsWith('test/'));
    expect(own).toContain('test/fakes/world-wire.ts');
    for (const file of [...own, 'test/unit/engine/simulation.test.ts'])
      expect(readFileSync(join(root, file), 'utf8')).not.toMatch(/\bvi\.|vitest\/mock|doMock/);
    const others = world.filter((file) => !/^(src\/(engine|shared|store)|test\/fakes)\//.test(file));
    expect(others).toEqual([]);
  });
});
