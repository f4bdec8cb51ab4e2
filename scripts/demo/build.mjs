import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

/** Compiles apps and libs in about a third of a second. @param {string} folder output folder below the root, where node_modules resolves */
export function build(folder = 'dist') {
  const swc = join(ROOT, 'node_modules/@swc/cli/bin/swc.js');
  const args = [swc, 'apps', 'libs', '-d', folder, '--config-file', '.swcrc', '--quiet'];
  const { status, stderr, error } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`The build failed: ${error ?? stderr}`);
  return join(ROOT, folder);
}
