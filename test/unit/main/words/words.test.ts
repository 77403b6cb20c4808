import { join } from 'node:path';
import ts from 'typescript';
import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, test } from 'vitest';
import { menuTemplate } from '../../../../src/main/window/menu-template';
import { createMainWords, type MainWords } from '../../../../src/main/words/index';
import en from '../../../../src/main/words/en.json';
import ja from '../../../../src/main/words/ja.json';
import zhCN from '../../../../src/main/words/zh-CN.json';
import { LANGUAGES } from '../../../../src/shared/language';
import { areWords, parseSource, sourcesIn, textsOf, walk, type SourceFile } from '../../literals';

const FILES = { en, 'zh-CN': zhCN, ja };
const PLACES = [true, false].flatMap((isMac) => [true, false].map((isPackaged) => ({ isMac, isPackaged })));

function itemsOf(items: readonly MenuItemConstructorOptions[]): readonly MenuItemConstructorOptions[] {
  return items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? itemsOf(item.submenu) : [])]);
}

describe.each(LANGUAGES)('the menu in %s', (language) => {
  const known = new Set([...Object.values(FILES[language].menu), 'OSS Ferry']);

  test.each(PLACES)('has a label of the message file on every item: %j', (place) => {
    const items = itemsOf(menuTemplate(createMainWords(language), place));
    expect(items.length).toBeGreaterThan(6);
    for (const item of items) if (item.type !== 'separator') expect(known).toContain(item.label);
  });
});

describe('main’s message files', () => {
  const keysOf = (file: typeof en) =>
    Object.entries(file).flatMap(([part, words]) => Object.keys(words).map((key) => `${part}.${key}`));

  test.each(LANGUAGES)('%s has every key, filled', (language) => {
    const file = FILES[language];
    expect(keysOf(file)).toEqual(keysOf(en));
    for (const words of Object.values(file))
      for (const text of Object.values<string>(words)) expect(text.trim()).not.toBe('');
  });

  test.each(['zh-CN', 'ja'] as const)('%s has no English left', (language) => {
    for (const words of Object.values(FILES[language]))
      for (const text of Object.values<string>(words))
        expect(text.replace('OSS Ferry', '')).not.toMatch(/[A-Za-z]/);
  });

  test('hold no word that nobody says', () => {
    const said = new Set<string>();
    const listen: MainWords = (key) => {
      said.add(key);
      return key;
    };
    for (const place of PLACES) menuTemplate(listen, place);
    for (const { tree } of sourcesIn(MAIN))
      walk(tree, (node) => textsOf(node).forEach((text) => said.add(text)));
    expect(keysOf(en).filter((key) => !said.has(key))).toEqual([]);
  });
});

const MAIN = join(import.meta.dirname, '../../../../src/main');
/** Options of Electron whose text a person reads. */
const SHOWN = ['label', 'sublabel', 'title', 'subtitle', 'body', 'buttonLabel', 'buttons', 'checkboxLabel'];
SHOWN.push('toolTip', 'tooltip', 'placeholder', 'detail', 'message', 'defaultMessage', 'nameFieldLabel');
/** Calls of Electron whose arguments a person reads. */
const SAYS = ['showErrorBox', 'setTitle', 'setToolTip', 'setLabel', 'setBadge', 'setOverlayIcon'];

/** Texts in the code that a menu, a dialog, a notice or a window would show. */
function shownTexts({ path, tree }: SourceFile): readonly string[] {
  const found: string[] = [];
  walk(tree, (node) => {
    const texts =
      ts.isPropertyAssignment(node) && SHOWN.includes(node.name.getText().replace(/['"]/g, ''))
        ? textsOf(node.initializer)
        : ts.isCallExpression(node) &&
            ts.isPropertyAccessExpression(node.expression) &&
            SAYS.includes(node.expression.name.text)
          ? node.arguments.flatMap(textsOf)
          : [];
    found.push(...texts.filter(areWords).map((text) => `${path}: ${text}`));
  });
  return found;
}

test('no code of main shows words that are not in a message file', () => {
  expect(sourcesIn(MAIN).flatMap(shownTexts)).toEqual([]);
});

test.each([
  "const menu = { label: 'View' };",
  "dialog.showMessageBox({ message: isBad ? 'It broke' : t('x'), buttons: ['OK'] });",
  'const notice = { message: `The file ${name} is bad` };',
  "dialog.showErrorBox('It broke', why);",
])('such words would be found: %s', (code) => {
  expect(shownTexts(parseSource('x.ts', code))).not.toEqual([]);
});
