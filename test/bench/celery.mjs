import { execFile, spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PYTHON = '/usr/bin/python3';
const script = fileURLToPath(new URL('./engines/celery_bench.py', import.meta.url));

/** @returns null where Debian's python3 has no Celery */
export async function celery(url, size) {
  if (spawnSync(PYTHON, ['-c', 'import celery, redis'], { stdio: 'ignore' }).status !== 0) return null;
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', BENCH_REDIS_URL: url, BENCH_SIZE: JSON.stringify(size) };
  const { stdout } = await promisify(execFile)(PYTHON, [script], { cwd: path.dirname(script), env });
  return JSON.parse(stdout);
}
