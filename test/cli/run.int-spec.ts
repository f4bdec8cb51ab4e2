import path from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { runCli } from '../../libs/task-queue/src/cli/run-cli.js';
import { compileForChildren } from '../support/compiled.mjs';
import { HeardProcess } from '../support/heard-process.js';
import { redisUrl, uniquePrefix } from '../support/services.js';

let folder = '';
const started: HeardProcess[] = [];

beforeAll(() => {
  folder = compileForChildren('cli');
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((one) => one.kill()));
});

const app = () => path.join(folder, 'children/clock.module.js');

function start(broker: string, keyPrefix: string, ...args: readonly string[]): HeardProcess {
  const env = { BROKER_URL: broker, KEY_PREFIX: keyPrefix };
  const command = new HeardProcess(path.join(folder, 'children/tasks.js'), [...args, '--app', app(), '--module', 'ClockModule'], env);
  started.push(command);
  return command;
}

describe('tasks beat', () => {
  it('sends due tasks, runs none, and ends in order on SIGTERM; tasks worker runs them', async () => {
    const keyPrefix = uniquePrefix('cli');
    const beat = start(redisUrl(), keyPrefix, 'beat');
    await beat.until('sent', 2);
    const worker = start(redisUrl(), keyPrefix, 'worker', '--queues', 'default', '--concurrency', '2', '--name', 'one@%h');
    await worker.until('ran', 3);
    for (const one of [beat, worker]) {
      one.child.kill('SIGTERM');
      expect(await one.ended).toBe(0);
      expect(one.said.at(-1)).toBe('modules destroyed');
    }
    expect(beat.said).not.toContain('ran');
    expect(beat.said).not.toContain('consuming');
    expect(worker.said).not.toContain('sent');
  });

  it('stays alive without a connection, as while the broker is unavailable', async () => {
    const beat = start('memory://', uniquePrefix('cli'), 'beat');
    await beat.until('sent', 3);
    expect(beat.child.exitCode).toBeNull();
  });

  it('tasks worker --beat does both', async () => {
    const worker = start('memory://', uniquePrefix('cli'), 'worker', '--beat');
    await worker.until('ran', 2);
    expect(worker.said).toContain('sent');
  });
});

describe.each(['beat', 'worker'])('tasks %s', (command) => {
  it.each([
    ['no application', [], 2, "required option '--app <file>'"],
    ['a mistyped option', ['--app', 'x.js', '--modul', 'X'], 2, 'Did you mean --module'],
    ['a module that it does not export', ['--app', () => app(), '--module', 'Clok'], 1, "INVALID_APP: .*no module class 'Clok'"],
    ['a file of several modules', ['--app', () => app()], 1, 'INVALID_APP: .*several module classes'],
  ] as const)('%s: told what is wrong', async (_, args, code, problem) => {
    const given = args.map((arg) => (typeof arg === 'string' ? arg : arg()));
    const said = await tasks(command, ...given);
    expect(said.err).toMatch(new RegExp(problem));
    expect(said.code).toBe(code);
  });
});

it('tasks worker: an option of the worker that cannot be is refused by name', async () => {
  expect(await tasks('worker', '--app', app(), '--concurrency', 'many')).toMatchObject({
    code: 1,
    err: expect.stringContaining('INVALID_OPTION'),
  });
});

async function tasks(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const code = await runCli(args, { version: '0', out: (text) => (said.out += text), err: (text) => (said.err += text) });
  return { code, ...said };
}
