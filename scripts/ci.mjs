// The part of .ci/run after installation. Every step runs, even after a failure; the last line is the total.
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { root, runNode } from './run-node.mjs';

const counts = path.join(root, 'node_modules/.cache/test-counts.json');
rmSync(counts, { force: true });

const total = { passed: 0, failed: 0 };
const step = async (name, ...args) => {
  console.log(`\n== ${name}`);
  const code = await runNode(args, { stdio: ['ignore', 'inherit', 'inherit'] });
  total[code === 0 ? 'passed' : 'failed'] += 1;
  return code;
};

await step('npm run check', 'scripts/check.mjs');
const testCode = await runTests();
await step('npm run test:package', 'scripts/test-package.mjs');
// The bench's bare loop calls the Lua scripts directly, which no type check covers.
await step('npm run bench', ...'test/bench/main.mjs redis --quick --only nestjs-task-queue --only raw-scripts'.split(' '));

console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = testCode === 0 && total.failed === 0 ? 0 : 1;

async function runTests() {
  console.log('\n== npm test');
  const code = await runNode(['scripts/test.mjs'], { stdio: ['ignore', 'inherit', 'inherit'] });
  const { passed, failed } = readCounts();
  total.passed += passed;
  total.failed += failed === 0 && code !== 0 ? 1 : failed;
  return code;
}

function readCounts() {
  try {
    return JSON.parse(readFileSync(counts, 'utf8'));
  } catch {
    return { passed: 0, failed: 1 };
  }
}
