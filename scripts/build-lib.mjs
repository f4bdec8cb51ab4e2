// `npm run build:lib`: builds the package as it is published, in dist-lib/task-queue.
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { root, runNode, tool } from './run-node.mjs';

const source = path.join(root, 'libs/task-queue');
const target = path.join(root, 'dist-lib/task-queue');

rmSync(target, { recursive: true, force: true });
const code = await runNode([tool('typescript/bin/tsc'), '-p', path.join(source, 'tsconfig.lib.json')]);
if (code !== 0) process.exit(code);

copyFileSync(path.join(source, 'package.json'), path.join(target, 'package.json'));
for (const name of ['README.md', 'CHANGELOG.md', 'LICENSE']) copyFileSync(path.join(root, name), path.join(target, name));
// Problem responses of the admin API link to it.
mkdirSync(path.join(target, 'docs'), { recursive: true });
copyFileSync(path.join(root, 'docs/errors.md'), path.join(target, 'docs/errors.md'));

const { exports } = JSON.parse(readFileSync(path.join(target, 'package.json'), 'utf8'));
const missing = Object.values(exports)
  .flatMap((entry) => (typeof entry === 'string' ? [entry] : Object.values(entry)))
  .filter((file) => !existsSync(path.join(target, file)));
if (missing.length > 0) {
  console.error(`libs/task-queue/package.json exports files that were not built: ${missing.join(', ')}`);
  process.exit(1);
}
console.log(`built ${path.relative(root, target)}`);
