import { spawnSync } from 'node:child_process';
import path from 'node:path';

const ROOT = process.cwd();

/**
 * Compiles the library and some folders of tests, for child processes, which cannot load TypeScript.
 * @param folder under test/; @returns where its compiled files are
 */
export function compileForChildren(folder: string): string {
  const out = path.join('dist', `children-${folder.replaceAll('/', '-')}`);
  const swc = path.join('node_modules', '@swc', 'cli', 'bin', 'swc.js');
  const args = [
    swc,
    'libs',
    path.join('test', folder),
    '-d',
    out,
    '--config-file',
    '.swcrc',
    '--quiet',
    '--ignore',
    '**/*.spec.ts,**/*.int-spec.ts',
  ];
  const done = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`swc: ${done.stderr}${done.stdout}`);
  return path.join(ROOT, out, 'test', folder);
}
