import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAULTS } from '../../../../src/shared/faults';
import { en } from '../../../../src/renderer/i18n/en';
import { LOOKS } from '../../../../src/renderer/features/queue/states';
import { REGIONS } from '../../../../src/renderer/features/destinations/regions';

type Tree = { readonly [key: string]: string | Tree };

const ROOT = join(import.meta.dirname, '../../../../src/renderer');

function keysOf(tree: Tree, before = ''): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [`${before}${key}`] : keysOf(value, `${before}${key}.`),
  );
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.tsx?$/.test(entry.name) ? [readFileSync(path, 'utf8')] : [];
  });
}

const withoutPlural = (key: string): string => key.replace(/_(one|other)$/, '');
const source = sources(ROOT).join('\n');
const keys = keysOf(en);
const stems = new Set(keys.map(withoutPlural));

/** Keys written out anywhere in the code, and those with a hole: `faults.${code}.what`. */
const literals = new Set([...source.matchAll(/['"]([a-z][\w-]*(?:\.[\w-]+)+)['"]/gi)].map(([, key]) => key));
const patterns = [...source.matchAll(/`([a-zA-Z]+\.(?:[\w.-]|\$\{[^}`]*\})+)`/g)].map(([, text = '']) => {
  const parts = text.split(/\$\{[^}]*\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[\\w-]+')}$`);
});

describe('the words of the window', () => {
  it('say of every fault what happened, what to do, and why in short', () => {
    expect(Object.keys(en.faults).sort()).toEqual(Object.keys(FAULTS).sort());
    for (const [code, words] of Object.entries(en.faults)) {
      expect(words.what, code).toMatch(/[.]$/);
      expect(words.next, code).toMatch(/[.]$/);
      expect(words.short, code).not.toMatch(/[.]$/);
      expect(words.short.length, code).toBeLessThan(32);
    }
  });

  it('name every state', () => {
    const states = Object.keys(en.states);
    for (const name of Object.keys(LOOKS)) expect(states).toContain(name);
  });

  it('name every region of the list', () => {
    expect(Object.keys(en.regions).sort()).toEqual([...REGIONS].sort());
  });

  it('hold no key that is not used', () => {
    const unused = [...stems].filter(
      (key) => !literals.has(key) && !patterns.some((pattern) => pattern.test(key)),
    );
    expect(unused).toEqual([]);
  });

  it('lack no key that is used', () => {
    const asked = [...source.matchAll(/\bt\(\s*'([^']+)'/g)].map(([, key = '']) => key);
    expect(asked.length).toBeGreaterThan(80);
    expect(asked.filter((key) => !stems.has(key))).toEqual([]);
  });

  it('have both forms wherever one is counted', () => {
    for (const key of keys) if (key.endsWith('_one')) expect(keys).toContain(key.replace(/_one$/, '_other'));
  });

  it('keep the tone: no exclamation, no blame, no "success"', () => {
    const all = JSON.stringify(en);
    expect(all).not.toMatch(/!|oops|success|please|try again later/i);
  });
});
