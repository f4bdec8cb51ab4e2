import { spawnSync } from 'node:child_process';
import path from 'node:path';

const ROOT = process.cwd();

/**
 * Compiles the library and some folders of tests, for child processes and commands, which cannot load TypeScript.
 *
 * @param {string} folder under test/
 * @param {...string} more folders and files under test/ that it imports
 * @returns {string} where its compiled files are
 */
export function compileForChildren(folder, ...more) {
  const out = path.join('dist', `children-${folder.replaceAll('/', '-')}`);
  const swc = path.join('node_modules', '@swc', 'cli', 'bin', 'swc.js');
  const sources = [folder, ...more].map((name) => path.join('test', name));
  const options = ['-d', out, '--config-file', '.swcrc', '--quiet', '--ignore', '**/*.spec.ts,**/*.int-spec.ts,**/*.mjs'];
  const done = spawnSync(process.execPath, [swc, 'libs', ...sources, ...options], { cwd: ROOT, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`swc: ${done.stderr}${done.stdout}`);
  return path.join(ROOT, out, 'test', folder);
}
