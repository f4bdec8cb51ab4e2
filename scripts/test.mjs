// `npm test`: unit and integration tests with jest, then the type tests, then one line with totals. Arguments are passed to jest;
// with arguments only jest runs: `npm test -- publisher`, `npm test -- --selectProjects unit`.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root, runNode, tool } from './run-node.mjs';

const args = process.argv.slice(2);
const report = path.join(root, 'node_modules/.cache/jest-report.json');
mkdirSync(path.dirname(report), { recursive: true });
rmSync(report, { force: true });

const jest = ['--experimental-vm-modules', '--no-warnings', tool('jest/bin/jest.js')];
const jestCode = await runNode([...jest, '--json', `--outputFile=${report}`, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
const total = jestCounts();
if (args.length === 0) {
  const types = await typeTests();
  total.passed += types.passed;
  total.failed += types.failed;
}

writeFileSync(path.join(root, 'node_modules/.cache/test-counts.json'), JSON.stringify(total));
console.log(`${total.passed} passed, ${total.failed} failed`);
if (total.passed === 0) console.error('No test has run.');
process.exitCode = jestCode === 0 && total.failed === 0 && total.passed > 0 ? 0 : 1;

/** jest counts no tests for a suite that failed to load; it counts as one failure here. */
function jestCounts() {
  try {
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
    return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

/** Each file marks calls that must not compile with @ts-expect-error; the compiler accepts or rejects all files together. */
async function typeTests() {
  const files = readdirSync(path.join(root, 'test/types')).filter((name) => name.endsWith('.test-d.ts')).length;
  const code = await runNode([tool('typescript/bin/tsc'), '--noEmit', '-p', 'test/types/tsconfig.json']);
  console.log(`types: ${files} files${code === 0 ? '' : ', with errors'}`);
  return code === 0 ? { passed: files, failed: 0 } : { passed: 0, failed: files };
}
