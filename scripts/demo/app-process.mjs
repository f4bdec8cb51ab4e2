import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGuarded } from '../services/guarded-process.mjs';

/**
 * Starts one process of the blog. It ends on `stop()`, and also when this process ends for any reason.
 *
 * @param {{ name: string, file: string, env: Record<string, string>, dir?: string }} options `dir` is removed when the process ends
 */
export function startApp({ name, file, env, dir = mkdtempSync(join(tmpdir(), `task-queue-${name}-`)) }) {
  const app = startGuarded({
    command: process.execPath,
    args: ['--enable-source-maps', file],
    dir,
    signal: 'TERM',
    env: { NO_COLOR: '1', ...env },
  });
  return {
    name,
    gone: app.gone,
    log: app.log,
    stop: app.stop,
    kill: () => app.signal('SIGKILL'),
    /** @returns the first match of a pattern in its output */
    async seen(pattern) {
      try {
        return await app.seen(pattern);
      } catch {
        throw new Error(`The ${name} process did not start:\n${app.log()}`);
      }
    },
  };
}
