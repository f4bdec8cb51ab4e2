// The first step of every npm script, so that each works as the only command on a fresh clone. It installs the locked packages if
// they are missing or differ from package-lock.json, and therefore has no dependencies itself.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE = [20, 19];
const root = fileURLToPath(new URL('..', import.meta.url));

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
  console.error(`Node ${OLDEST_NODE.join('.')} or newer is needed; this is ${process.versions.node}. Get it from https://nodejs.org.`);
  process.exit(1);
}

const reason = whyInstall();
if (reason) {
  console.log(`${reason}: running npm ci (once; takes some seconds)`);
  install();
}

// npm writes node_modules/.package-lock.json at the very end of an installation. Optional packages may be missing.
function whyInstall() {
  const installedFile = `${root}node_modules/.package-lock.json`;
  if (!existsSync(installedFile)) return 'Packages are not installed';
  const read = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
  const installed = read(installedFile);
  const wanted = Object.entries(read(`${root}package-lock.json`));
  const stale = wanted.some(
    ([place, { version, optional }]) => place !== '' && installed[place]?.version !== version && !(optional && !installed[place]),
  );
  return stale ? 'Installed packages differ from package-lock.json' : undefined;
}

function install() {
  const npm = process.env.npm_execpath;
  const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const done = spawnSync(command, [...first, 'ci', '--no-audit', '--no-fund'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (done.status === 0) return;
  console.error(`${done.stdout ?? ''}${done.stderr ?? ''}${done.error ?? ''}\nnpm ci failed.`);
  process.exit(1);
}
