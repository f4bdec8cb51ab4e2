// Long files and full folders fail the check; long functions are only reported. A file over the limit has more than one job.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { root } from './run-node.mjs';

const MAX_FILE = 300;
const MAX_FUNCTION = 40;
const MAX_FOLDER = 20;
/** Folders with many files of one kind are exempt. */
const WIDE = /\/(message|conformance|scripts)$/;
const FOLDERS = ['apps', 'libs', 'scripts', 'test'];
const SKIPPED = new Set(['node_modules', 'dist']);

const files = FOLDERS.flatMap((folder) => sources(path.join(root, folder)));
const longFiles = [];
const longFunctions = [];
for (const file of files) {
  const text = readFileSync(file, 'utf8');
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  const name = path.relative(root, file);
  if (lines > MAX_FILE) longFiles.push(`${name}: ${lines} lines`);
  if (!file.endsWith('.lua')) longFunctions.push(...functionsOver(name, text));
}

const fullFolders = foldersOver(path.join(root, 'libs/task-queue/src'));

console.log(
  `${files.length} files; over ${MAX_FILE} lines: ${longFiles.length}; functions over ${MAX_FUNCTION} lines: ${longFunctions.length}; folders over ${MAX_FOLDER} files: ${fullFolders.length}`,
);
for (const line of longFiles) console.error(`  file      ${line}`);
for (const line of longFunctions) console.log(`  function  ${line}`);
for (const line of fullFolders) console.error(`  folder    ${line}`);
process.exitCode = longFiles.length + fullFolders.length === 0 ? 0 : 1;

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : sources(full);
    return /\.([cm]?ts|tsx|[cm]js|lua)$/.test(entry.name) && !entry.name.includes('.generated.') ? [full] : [];
  });
}

function foldersOver(folder) {
  const entries = readdirSync(folder, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).length;
  const own = files > MAX_FOLDER && !WIDE.test(folder) ? [`${path.relative(root, folder)}: ${files} files`] : [];
  return [...own, ...entries.filter((entry) => entry.isDirectory()).flatMap((entry) => foldersOver(path.join(folder, entry.name)))];
}

function functionsOver(name, text) {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const lineOf = (position) => source.getLineAndCharacterOfPosition(position).line + 1;
  const found = [];
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body && !isSuite(node.body)) {
      const first = lineOf(node.getStart(source));
      const lines = lineOf(node.end) - first + 1;
      if (lines > MAX_FUNCTION) found.push(`${name}:${first} ${node.name?.getText(source) ?? 'anonymous'}: ${lines} lines`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The callbacks of describe() and it() are lists of tests and are not counted as functions. */
function isSuite(body) {
  const statements = ts.isBlock(body) ? [...body.statements] : [];
  return statements.some(
    (statement) =>
      ts.isExpressionStatement(statement) &&
      ts.isCallExpression(statement.expression) &&
      /^(\w+(\(\))?\.)?(describe|it|test)\(/.test(statement.getText()),
  );
}
