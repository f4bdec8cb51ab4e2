import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { cacheDir } from './cache-dir.mjs';

const SERVERS = ['redis-server', 'valkey-server'];

/** Finds a Redis server as `{ command, env }`: on PATH, in the cache, or by unpacking the distribution's packages. */
export function redisBinary() {
  const found = onPath() ?? unpacked() ?? fromDebianPackages();
  if (found) return found;
  throw new Error(
    'No Redis server found. Set REDIS_URL, or install redis-server or valkey-server so that it is on PATH, ' +
      'or run `docker compose up -d redis` and set REDIS_URL=redis://127.0.0.1:6379.',
  );
}

function onPath() {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  const command = SERVERS.flatMap((name) => folders.map((folder) => path.join(folder, name))).find((file) => existsSync(file));
  return command && { command, env: {} };
}

// One copy per release of the system, because the unpacked libraries belong to that release.
function home() {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const of = (key) => new RegExp(`^${key}="?([^"\n]*)`, 'm').exec(release)?.[1] ?? 'unknown';
  return path.join(cacheDir(), `redis-${of('ID')}-${of('VERSION_ID')}-${process.arch}`);
}

function unpacked() {
  const command = SERVERS.map((name) => path.join(home(), 'usr/bin', name)).find((file) => existsSync(file));
  if (!command) return undefined;
  const lib = path.join(home(), 'usr/lib');
  const folders = existsSync(lib) ? readdirSync(lib).filter((name) => name.includes('-linux-')) : [];
  return { command, env: { LD_LIBRARY_PATH: folders.map((name) => path.join(lib, name)).join(':') } };
}

function fromDebianPackages() {
  if (!existsSync('/usr/bin/apt-get') || !existsSync('/usr/bin/dpkg')) return undefined;
  const work = mkdtempSync(`${home()}.`);
  try {
    const debs = download(work);
    if (debs.length === 0) return undefined;
    const root = path.join(work, 'root');
    for (const deb of debs) execFileSync('/usr/bin/dpkg', ['-x', deb, root], { stdio: 'ignore' });
    renameSync(root, home());
  } catch {
    // The packages are unreachable, or another process was faster: unpacked() below finds out.
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return unpacked();
}

/** Downloads the server's package and its missing libraries with apt. It needs no root and changes nothing in the system. */
function download(work) {
  const archives = path.join(work, 'archives');
  const state = path.join(work, 'state');
  for (const dir of [archives, state]) mkdirSync(path.join(dir, 'partial'), { recursive: true });
  mkdirSync(path.join(state, 'lists', 'partial'), { recursive: true });
  const set = (options) => Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  const quiet = { 'Debug::NoLocking': 'true', 'Acquire::Retries': 2, 'Acquire::http::Timeout': 20, 'Acquire::https::Timeout': 20 };
  const cache = { 'Dir::Cache': work, 'Dir::Cache::archives': archives, 'Dir::Cache::pkgcache': '', 'Dir::Cache::srcpkgcache': '' };
  const sandbox = process.getuid?.() === 0 ? { 'APT::Sandbox::User': 'root' } : {};
  const common = set({ ...quiet, ...cache, ...sandbox });
  const ownLists = set({
    'Dir::State': state,
    'Dir::State::lists': path.join(state, 'lists'),
    'Dir::State::status': '/var/lib/dpkg/status',
  });
  const apt = (args) => {
    try {
      execFileSync('/usr/bin/apt-get', args, { stdio: 'ignore', timeout: 180_000 });
      return true;
    } catch {
      return false;
    }
  };
  const fetch = (lists) =>
    SERVERS.some((name) => apt(['install', '--download-only', '--yes', '--no-install-recommends', ...common, ...lists, name]));
  // A bare image has no package lists: download them to our own folder and try again.
  if (!fetch([])) {
    apt(['update', ...common, ...ownLists]);
    fetch(ownLists);
  }
  return readdirSync(archives)
    .filter((name) => name.endsWith('.deb'))
    .map((name) => path.join(archives, name));
}
