import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const uid = process.getuid?.();

/**
 * The folder for unpacked server binaries. For root it must be accessible to other accounts: PostgreSQL refuses to run as root, and
 * the account that runs it cannot read /root.
 */
export function cacheDir() {
  const own = uid === 0 ? '/var/cache/nestjs-task-queue' : path.join(os.homedir(), '.cache', 'nestjs-task-queue');
  const shared = path.join('/tmp', `nestjs-task-queue-${uid}`);
  const candidates = [process.env.TASK_QUEUE_CACHE_DIR, own, shared].filter(Boolean);
  const usable = candidates.find((dir) => canWrite(dir) && canBeEntered(dir));
  if (usable) return usable;
  throw new Error(`No usable folder for server binaries (tried ${candidates.join(', ')}). Set TASK_QUEUE_CACHE_DIR.`);
}

/** The parent folder of temporary server data. */
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
