import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ui = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../../../src/renderer/ui', name), 'utf8').replace(
    /\/\*[^]*?\*\//g,
    '',
  );
const tokens = ui('tokens.css');

function block(selector: string): Record<string, string> {
  const at = tokens.indexOf(`${selector} {`);
  if (at < 0) throw new Error(`${selector} is missing`);
  const body = tokens.slice(tokens.indexOf('{', at) + 1, tokens.indexOf('}', at));
  const pairs = body.split(';').map((line) => line.trim().split(/:\s*/, 2));
  return Object.fromEntries(
    pairs.flatMap(([name, value]) =>
      name === undefined || value === undefined ? [] : [[name, value] as const],
    ),
  );
}

/** WCAG 2.2 relative luminance. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

describe('colours', () => {
  const light = block(':root');
  const dark = block(":root[data-theme='dark']");

  it('are the same in both dark blocks', () => {
    expect(block(":root:not([data-theme='light'])")).toEqual(dark);
  });

  it('have a dark value for each light one', () => {
    const colours = Object.keys(light).filter((name) => /#|rgb/.test(light[name] ?? ''));
    expect(colours.length).toBeGreaterThan(30);
    for (const name of colours) expect(dark, name).toHaveProperty(name);
  });

  it.each([
    ['light', light],
    ['dark', dark],
  ])('are readable on every ground: %s', (_theme, theme) => {
    const grounds = [
      '--ground-page',
      '--ground-chrome',
      '--ground-sunk',
      '--ground-raised',
      '--ground-selected',
    ];
    const inks = Object.keys(theme).filter((name) => /^--(ink|ink-2|ink-3|tone-\w+)$/.test(name));
    expect(inks.length).toBe(9);
    for (const ground of grounds)
      for (const ink of inks)
        expect(contrast(theme[ink] ?? '', theme[ground] ?? ''), `${ink} on ${ground}`).toBeGreaterThan(4.5);
  });

  it('come from tokens alone', () => {
    for (const sheet of ['window.css', 'app.css', 'faces.css']) {
      const found = [...ui(sheet).matchAll(/:\s[^;]*(#[0-9a-f]{3,8}\b|rgb\([^)]*\))/gi)].map(
        ([, value]) => value,
      );
      expect(found, sheet).toEqual([]);
    }
  });

  it('ask nothing of the browser that Chromium 114 lacks', () => {
    for (const sheet of ['tokens.css', 'window.css', 'app.css', 'faces.css'])
      expect(ui(sheet)).not.toMatch(/light-dark\(|subgrid\s*;|@starting-style|text-wrap: pretty/);
  });
});
