import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { temporaryDir } from './cache-dir.mjs';
import { freePort } from './free-port.mjs';
import { startGuarded } from './guarded-process.mjs';
import { redisBinary } from './redis-binary.mjs';

const ATTEMPTS = 5;

/**
 * Starts a private, empty Redis without persistence on loopback. It ends with this process, however this process ends.
 *
 * @param {{ args?: string[], port?: number }} options `args` are passed to redis-server last and override the defaults
 */
export async function startRedis({ args = [], port: wanted } = {}) {
  const dir = mkdtempSync(path.join(temporaryDir(), 'task-queue-redis-'));
  try {
    let { server, port } = await startAnywhere(dir, args, wanted);
    return {
      url: `redis://127.0.0.1:${port}`,
      port,
      dir,
      /** Simulates a crash: SIGKILL, nothing more is written. `restart()` starts it again. */
      kill: async () => {
        if (!server.running()) return;
        server.signal('SIGKILL');
        await server.gone();
      },
      /** Starts the server again with the same port, folder and arguments. Only persisted data survive, depending on `args`. */
      restart: async () => {
        if (server.running()) {
          server.signal('SIGTERM');
          await server.gone();
        }
        server = await startOn(port, dir, args);
      },
      /** Freezes the server: connections stay open without answers until `resume()`. */
      pause: () => server.signal('SIGSTOP'),
      resume: () => server.signal('SIGCONT'),
      stop: () => server.stop(),
    };
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    throw error;
  }
}

async function startAnywhere(dir, args, wanted) {
  for (let attempt = 1; ; attempt++) {
    const port = wanted ?? (await freePort());
    try {
      return { server: await startOn(port, dir, args), port };
    } catch (error) {
      if (wanted || attempt === ATTEMPTS || !/in use|listening socket/i.test(String(error))) throw error;
    }
  }
}

async function startOn(port, dir, args) {
  const { command, env } = redisBinary();
  const own = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'no', '--daemonize', 'no'];
  const server = startGuarded({ command, args: [...own, ...args], dir, signal: 'KILL', env });
  await server.seen(/ready to accept connections/i);
  return server;
}
