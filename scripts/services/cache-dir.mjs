import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const uid = process.getuid?.();

/**
 * Where unpacked server binaries are kept between runs. As root, a folder that other accounts can enter: PostgreSQL refuses to run
 * as root and is started as an account that cannot look into /root.
 */
export function cacheDir() {
  const own = uid === 0 ? '/var/cache/nestjs-task-queue' : path.join(os.homedir(), '.cache', 'nestjs-task-queue');
  const shared = path.join('/tmp', `nestjs-task-queue-${uid}`);
  const candidates = [process.env.TASK_QUEUE_CACHE_DIR, own, shared].filter(Boolean);
  const usable = candidates.find((dir) => canWrite(dir) && canBeEntered(dir));
  if (usable) return usable;
  throw new Error(`No folder for server binaries can be used (tried ${candidates.join(', ')}). Set TASK_QUEUE_CACHE_DIR.`);
}

/** Where servers keep their throw-away data. */
export const temporaryDir = () => (canBeEntered(os.tmpdir()) ? os.tmpdir() : '/tmp');

function canWrite(dir) {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o755 });
    accessSync(dir, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function canBeEntered(dir) {
  if (uid !== 0) return true;
  for (let at = path.resolve(dir); ; at = path.dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (at === path.dirname(at)) return true;
  }
}
