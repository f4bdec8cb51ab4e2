import { accessSync, constants, mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/**
 * Where unpacked server binaries are kept between runs. Root gets a folder that other accounts can enter, because PostgreSQL
 * refuses to run as root and is started as an account that cannot look into /root.
 */
export function cacheDir() {
  const given = process.env.TASK_QUEUE_CACHE_DIR;
  const uid = process.getuid?.();
  const homely = uid === 0 ? '/var/cache/nestjs-task-queue' : path.join(os.homedir(), '.cache', 'nestjs-task-queue');
  const candidates = given ? [given] : [homely, path.join(os.tmpdir(), `nestjs-task-queue-${uid ?? os.userInfo().username}`)];
  for (const dir of candidates) {
    try {
      mkdirSync(dir, { recursive: true, mode: 0o755 });
      accessSync(dir, constants.W_OK);
      return dir;
    } catch {
      continue;
    }
  }
  throw new Error(`No folder for server binaries can be written (tried ${candidates.join(', ')}). Set TASK_QUEUE_CACHE_DIR.`);
}
