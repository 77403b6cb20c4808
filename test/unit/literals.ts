/** Finds words that stand in the code instead of a message file. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

export interface SourceFile {
  readonly path: string;
  readonly tree: ts.SourceFile;
}

/** All TypeScript below a folder, parsed; tests and declarations are not part of it. */
export function sourcesIn(folder: string): readonly SourceFile[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourcesIn(path);
    return /(?<!\.d)\.tsx?$/.test(entry.name) ? [parseSource(path, readFileSync(path, 'utf8'))] : [];
  });
}

export function parseSource(path: string, text: string): SourceFile {
  return { path, tree: ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true) };
}

export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  node.forEachChild((child) => walk(child, visit));
}

const BRANCHES = [
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.QuestionQuestionToken,
  ts.SyntaxKind.PlusToken,
];

/** The literal texts that an expression can come to; what a call answers is not looked into. */
export function textsOf(node: ts.Node | undefined): readonly string[] {
  if (node === undefined) return [];
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTemplateExpression(node))
    return [
      node.head.text,
      ...node.templateSpans.flatMap((span) => [...textsOf(span.expression), span.literal.text]),
    ];
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isJsxExpression(node))
    return textsOf(node.expression);
  if (ts.isConditionalExpression(node)) return [...textsOf(node.whenTrue), ...textsOf(node.whenFalse)];
  if (ts.isArrayLiteralExpression(node)) return node.elements.flatMap(textsOf);
  if (ts.isBinaryExpression(node) && BRANCHES.includes(node.operatorToken.kind))
    return [...textsOf(node.left), ...textsOf(node.right)];
  return [];
}

/** Names and signs that are the same in every language. */
const SAME_EVERYWHERE = ['OSS Ferry'];

export const areWords = (text: string): boolean =>
  /\p{L}/u.test(text) && !SAME_EVERYWHERE.includes(text.trim());
