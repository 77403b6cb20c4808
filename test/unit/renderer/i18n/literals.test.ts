import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { areWords, parseSource, sourcesIn, textsOf, walk, type SourceFile } from '../../literals';

const RENDERER = join(import.meta.dirname, '../../../../src/renderer');
/** Attributes and options whose text is shown or read out; `name` too, but for icons and fields of a form. */
const SHOWN = ['title', 'placeholder', 'alt', 'label', 'dismissLabel', 'words', 'text', 'hint', 'name'];
const SHOWN_ARIA = /^aria-(label|valuetext|description|roledescription|placeholder)$/;
const NAMES_NO_ONE_READS = ['Icon', 'ChoiceField', 'input', 'select', 'textarea', 'button', 'meta'];
/** Alibaba's own names and the parts of an address: the same in every language. */
const ALLOWED = ['ETag', 'EC', 'https://', 'https://oss-', 'https://imm.', '.aliyuncs.com'];

const isShown = (name: string): boolean => SHOWN.includes(name) || SHOWN_ARIA.test(name);

function attributeTexts(node: ts.JsxAttribute): readonly string[] {
  const name = node.name.getText();
  const tag = node.parent.parent.tagName.getText();
  if (!isShown(name) || (name === 'name' && NAMES_NO_ONE_READS.includes(tag))) return [];
  return textsOf(node.initializer);
}

function textsAt(node: ts.Node): readonly string[] {
  if (ts.isJsxText(node)) return [node.text];
  if (ts.isJsxAttribute(node)) return attributeTexts(node);
  if (ts.isJsxExpression(node) && !ts.isJsxAttribute(node.parent)) return textsOf(node.expression);
  // The items of a menu, the line of a row.
  if (ts.isPropertyAssignment(node) && ['label', 'text', 'title'].includes(node.name.getText()))
    return textsOf(node.initializer);
  return [];
}

/** Words in the code that the window would show. */
function shownTexts({ path, tree }: SourceFile): readonly string[] {
  const found: string[] = [];
  walk(tree, (node) => {
    const texts = textsAt(node).filter((text) => areWords(text) && !ALLOWED.includes(text));
    found.push(...texts.map((text) => `${path}: ${text.trim()}`));
  });
  return found;
}

describe('words that are shown', () => {
  const sources = sourcesIn(RENDERER).filter(({ path }) => !path.includes('/renderer/dev/'));

  test('all come from a message file', () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(sources.flatMap(shownTexts)).toEqual([]);
  });

  test.each([
    ['a text', 'const x = <p>Drop files</p>;'],
    ['a text beside a word of the file', "const x = <p>{t('a.b')} files</p>;"],
    ['a branch', "const x = <p>{done ? 'Done' : t('a.b')}</p>;"],
    ['a part of a template', 'const x = <p>{`${count} files`}</p>;'],
    ['a label', 'const x = <button aria-label="Close" />;'],
    ['a title in braces', "const x = <b title={open ? 'Close' : undefined} />;"],
    ['a placeholder', 'const x = <input placeholder={`Search ${place}`} />;'],
    ['a name of ours', 'const x = <Bar name="Queue" />;'],
    ['an item of a menu', "const items = [{ id: 'copy', label: 'Copy' }];"],
  ])('%s in the code would be found', (_what, code) => {
    expect(shownTexts(parseSource('x.tsx', code))).toHaveLength(1);
  });

  test.each([
    ['a sign', 'const x = <b>≥ {count} / {all} · 100%</b>;'],
    ['the product', 'const x = <b>OSS Ferry</b>;'],
    ['a name of a field', 'const x = <input name="bucket" />;'],
    ["one of Alibaba's names", 'const x = <dt>ETag</dt>;'],
    ['an icon', 'const x = <Icon name={open ? "up" : "down"} />;'],
    ['a comparison', "const x = <p>{kind === 'done' && <b />}</p>;"],
  ])('%s is none', (_what, code) => {
    expect(shownTexts(parseSource('x.tsx', code))).toEqual([]);
  });
});
