import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';

// A shell starts the server and reads a pipe whose other end this process holds. When that end closes, by stop(), exit, crash or
// kill -9, the shell ends the server and removes its folder. If the server dies by itself, the shell exits with its status and keeps
// the folder. The shell's own output is discarded: writing "Killed" to a closed pipe would end the shell before it has cleaned up.
const GUARD = `
exec 3<&0
"$@" 3<&- &
server=$!
echo "pid $server"
exec >/dev/null 2>&1
{ cat <&3 >/dev/null; touch "$GUARD_DIR/.released"; kill -s "$GUARD_SIGNAL" "$server"; } &
watcher=$!
wait "$server"
status=$?
kill "$watcher"
cd /
[ -e "$GUARD_DIR/.released" ] && [ "$GUARD_KEEP" != yes ] && rm -rf "$GUARD_DIR"
exit "$status"
`;

const START_TIMEOUT = 60_000;

/**
 * Starts a server process that ends when this process ends.
 *
 * @param {{ command: string, args: string[], dir: string, signal: string, keep?: boolean, env?: Record<string, string | undefined>, ids?: { uid?: number, gid?: number } }} options
 *   `dir` is its data folder, which `keep` preserves; `signal` is the signal that ends it
 */
export function startGuarded({ command, args, dir, signal, keep = false, env = {}, ids = {} }) {
  const guard = spawn('/bin/sh', ['-c', GUARD, 'sh', command, ...args], {
    ...ids,
    cwd: dir,
    env: { ...process.env, ...env, GUARD_DIR: dir, GUARD_SIGNAL: signal, GUARD_KEEP: keep ? 'yes' : 'no' },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true, // Ctrl-C in the terminal must reach this process only
  });
  guard.stdin.on('error', () => {});
  const exited = new Promise((resolve) => guard.once('exit', (code) => resolve(code ?? -1)));
  const output = followOutput(guard, exited, command);
  for (const handle of [guard, guard.stdin, guard.stdout, guard.stderr]) handle.unref();

  const running = () => guard.exitCode === null && guard.signalCode === null;
  const gone = async () => {
    guard.ref();
    return exited;
  };
  return {
    running,
    /** Resolves with the exit status when the server has ended. */
    gone,
    seen: output.seen,
    log: output.log,
    /** Signals the server itself, not its guard. */
    signal: (name) => process.kill(Number(/^pid (\d+)$/m.exec(output.first())?.[1]), name),
    /** Ends the server and removes its folder, unless `keep` is set. May be called twice, and after the server has died. */
    stop: async () => {
      guard.stdin.end();
      if (running()) await gone();
      if (!keep) rmSync(dir, { recursive: true, force: true });
    },
  };
}

function followOutput(guard, exited, command) {
  let first = '';
  let log = '';
  const watchers = new Set();
  const read = (chunk) => {
    if (first.length < 1000) first += chunk;
    log = (log + chunk).slice(-20_000);
    for (const watcher of watchers) watcher();
  };
  guard.stdout.setEncoding('utf8').on('data', read);
  guard.stderr.setEncoding('utf8').on('data', read);
  /** Resolves with the match as soon as it appears in the server's output; rejects if the server ends first. */
  const seen = (pattern) =>
    new Promise((resolve, reject) => {
      const settle = (done, value) => {
        watchers.delete(look);
        clearTimeout(late);
        done(value);
      };
      const look = () => {
        const match = pattern.exec(log);
        if (match) settle(resolve, match);
      };
      const late = setTimeout(() => settle(reject, new Error(`${command}: no ${pattern} in time: ${log}`)), START_TIMEOUT);
      watchers.add(look);
      look();
      void exited.then((code) => settle(reject, new Error(`${command} ended with ${code}: ${log}`)));
    });
  return { first: () => first, log: () => log, seen };
}
