import path from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { compileForChildren } from '../support/compiled.mjs';
import { HeardProcess } from '../support/heard-process.js';

describe('a process owned by runWorker', () => {
  let compiled = '';
  const started: HeardProcess[] = [];
  const start = (app: string) => {
    const worker = new HeardProcess(path.join(compiled, 'main.js'), [path.join(compiled, app)]);
    started.push(worker);
    return worker;
  };

  beforeAll(() => {
    compiled = compileForChildren('nest/children');
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((worker) => worker.kill()));
  });

  it('drains on the first SIGTERM, closes the application and exits with 0', async () => {
    const worker = start('worker-app.module.js');
    await worker.until('task started');
    worker.child.kill('SIGTERM');
    worker.child.send('end');
    expect(await worker.ended).toBe(0);
    expect(worker.said).toEqual(['role worker', 'task started', 'task ended', 'modules destroyed']);
  });

  it('does the same on SIGINT', async () => {
    const worker = start('worker-app.module.js');
    await worker.until('task started');
    worker.child.kill('SIGINT');
    worker.child.send('end');
    expect(await worker.ended).toBe(0);
    expect(worker.said).toContain('task ended');
  });

  it('does the same on a shutdown command, which it answers', async () => {
    const worker = start('told-to-end.module.js');
    expect(await worker.ended).toBe(0);
    expect(worker.said).toEqual(['ping pong', 'told null', 'modules destroyed']);
  });

  it('cuts on the second signal', async () => {
    const worker = start('worker-app.module.js');
    await worker.until('task started');
    worker.child.kill('SIGTERM');
    worker.child.kill('SIGINT');
    expect([130, 143]).toContain(await worker.ended);
    expect(worker.said).not.toContain('task ended');
  });

  it('treats a Ctrl-C that arrives twice, as under npm, as one', async () => {
    const worker = start('worker-app.module.js');
    await worker.until('task started');
    worker.child.kill('SIGINT');
    worker.child.kill('SIGINT');
    worker.child.send('end');
    expect(await worker.ended).toBe(0);
    expect(worker.said).toContain('task ended');
  });

  it('finishes the boot and closes everything if the signal comes meanwhile', async () => {
    const worker = start('slow-boot.module.js');
    await worker.until('booting');
    worker.child.kill('SIGTERM');
    worker.child.send('go on');
    expect(await worker.ended).toBe(0);
    expect(worker.said).toEqual(['booting', 'modules destroyed']);
  });

  it('uses the named module of a file that exports several', async () => {
    const worker = start('two-modules.js#WorkerAppModule');
    await worker.until('task started');
    worker.child.kill('SIGTERM');
    worker.child.send('end');
    expect(await worker.ended).toBe(0);
  });

  it.each([
    [
      'two-modules.js',
      /^INVALID_APP .*exports several module classes \(OtherModule, WorkerAppModule\)\. Name one: '.*two-modules\.js#OtherModule'/,
    ],
    ['two-modules.js#Nothing', /^INVALID_APP .*exports no module class 'Nothing'\. Exported: OtherModule, WorkerAppModule/],
    ['absent.js', /^INVALID_APP There is no file .*absent\.js/],
    ['two-modules.js#OtherModule', /^INVALID_APP OtherModule runs no worker: import TaskWorkerModule\.forRoot\(\) in it/],
  ])('refuses %s with what to do', async (app, message) => {
    const worker = start(app);
    expect(await worker.ended).toBe(2);
    expect(worker.said[0]).toMatch(message);
  });
});
