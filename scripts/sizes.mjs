import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';

/**
 * Prints the ten files, functions and parameter lists that are largest relative to their limits. Fails if one exceeds
 * its limit. Only lines with code count. Functions in test files may have any length.
 */
const LIMITS = { file: 300, function: 60, parameters: 5, 'constructor parameters': 7 };
const LISTED = 10;
const SOURCES = ['src/**/*.ts', 'test/**/*.ts', 'scripts/**/*.mjs', 'ui/{src,pictures}/**/*.{ts,tsx}'];

const found = globSync(SOURCES, { exclude: (path) => /(^|\/)(node_modules|generated)$/.test(path) }).flatMap(sizesOf);
const worst = found.sort((a, b) => b.share - a.share);
for (const { share, size, kind, place } of worst.slice(0, LISTED)) {
  console.log(`${String(Math.round(share * 100)).padStart(4)} %  ${size} ${kind}, ${place}`);
}
const tooLarge = worst.filter(({ share }) => share > 1);
if (tooLarge.length > 0) {
  const limits = Object.entries(LIMITS).map(([kind, limit]) => `${kind} ${limit}`);
  console.error(`${tooLarge.length} exceed their limits (${limits.join(', ')}): split them, or pass an object.`);
  process.exitCode = 1;
}

function sizesOf(path) {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const codeLines = linesWithCode(source);
  const isTest = /\.spec\.tsx?$/.test(path);
  const sizes = [measured('file', codeLines.size, path)];
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      const place = `${path}:${line + 1}`;
      const kind = ts.isConstructorDeclaration(node) ? 'constructor parameters' : 'parameters';
      sizes.push(measured(kind, node.parameters.length, place));
      if (!isTest) sizes.push(measured('function', linesBetween(source, codeLines, node), place));
    }
    node.forEachChild(visit);
  };
  visit(source);
  return sizes;
}

function measured(kind, size, place) {
  const unit = kind === 'file' || kind === 'function' ? `lines of a ${kind}` : kind;
  return { kind: unit, size, place, share: size / LIMITS[kind] };
}

/** Numbers of all lines with a token. A template counts with all its lines. */
function linesWithCode(source) {
  const lines = new Set();
  const visit = (node) => {
    if (node.getChildCount(source) === 0 && node.getWidth(source) > 0) {
      const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
      const last = source.getLineAndCharacterOfPosition(node.getEnd()).line;
      for (let line = first; line <= last; line += 1) lines.add(line);
    }
    node.getChildren(source).forEach(visit);
  };
  visit(source);
  return lines;
}

function linesBetween(source, codeLines, node) {
  const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
  const last = source.getLineAndCharacterOfPosition(node.getEnd()).line;
  let count = 0;
  for (let line = first; line <= last; line += 1) if (codeLines.has(line)) count += 1;
  return count;
}
