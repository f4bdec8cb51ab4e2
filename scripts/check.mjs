// `npm run check`: all static checks. Every step runs, even after a failure, so that one call reports all problems.
import { runNode, tool } from './run-node.mjs';

const SOURCES = ['apps', 'libs', 'test', 'scripts'];

const steps = {
  'generated files': ['scripts/inline-sources.mjs', '--check'],
  format: [tool('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
  lint: [tool('oxlint/bin/oxlint'), '--type-aware', '--deny-warnings', ...SOURCES],
  types: [tool('typescript/bin/tsc'), '--noEmit', '-p', 'tsconfig.json'],
  dependencies: [tool('dependency-cruiser/bin/dependency-cruise.mjs'), '--config', '.dependency-cruiser.cjs', 'apps', 'libs', 'test'],
  sizes: ['scripts/check-sizes.mjs'],
};

const failed = [];
for (const [name, args] of Object.entries(steps)) {
  const began = performance.now();
  console.log(`\n— ${name}`);
  const code = await runNode(args);
  console.log(`${code === 0 ? 'ok' : 'FAILED'} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  if (code !== 0) failed.push(name);
}
console.log(failed.length === 0 ? `\ncheck: all ${Object.keys(steps).length} steps passed` : `\ncheck: failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
