import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { TcpProxy } from '../support/tcp-proxy.js';

/** One worker process, and the proxy that is its only way to the server. */
export interface FleetWorker {
  readonly name: string;
  readonly proxy: TcpProxy;
  readonly child: ChildProcess;
  /** resolves with its exit code, or the signal that ended it */
  readonly gone: Promise<number | NodeJS.Signals>;
}

export interface FleetOptions {
  /** where compiled files are */
  readonly folder: string;
  /** of a worker process, in that folder */
  readonly file: string;
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Worker processes that can be ended, stopped and replaced one by one. */
export class WorkerFleet {
  readonly #workers = new Set<FleetWorker>();
  readonly #told = new Set<FleetWorker>();
  #count = 0;
  /** those that ended otherwise than they were told to */
  readonly broken: string[] = [];
  /** ended by SIGKILL so far, by us or by a task */
  kills = 0;

  constructor(private readonly options: FleetOptions) {}

  get workers(): readonly FleetWorker[] {
    return [...this.#workers];
  }

  /** Starts as many as are missing. */
  async fill(count: number): Promise<void> {
    const missing = Math.max(0, count - this.#workers.size);
    const started = await Promise.allSettled(Array.from({ length: missing }, () => this.#spawn()));
    for (const one of started) if (one.status === 'rejected') throw one.reason;
  }

  async kill(worker: FleetWorker): Promise<void> {
    worker.child.kill('SIGKILL');
    await worker.gone;
  }

  freeze(worker: FleetWorker): void {
    worker.child.kill('SIGSTOP');
  }

  thaw(worker: FleetWorker): void {
    worker.child.kill('SIGCONT');
  }

  /** Tells one to finish what it has, and waits until it has. */
  async end(worker: FleetWorker): Promise<void> {
    this.#told.add(worker);
    worker.child.kill('SIGTERM');
    const how = await worker.gone;
    if (how !== 0) this.broken.push(`${worker.name} ended with ${how} when it was told to end`);
  }

  /** Kills what is left, so that nothing outlives the suite. */
  async stop(): Promise<void> {
    await Promise.all(
      this.workers.map(async (worker) => {
        this.#told.add(worker);
        worker.child.kill('SIGKILL');
        await worker.gone;
      }),
    );
  }

  async #spawn(): Promise<void> {
    const name = `w${++this.#count}`;
    const proxy = await TcpProxy.before(this.options.url);
    const child = fork(path.join(this.options.folder, this.options.file), {
      env: { ...process.env, ...this.options.env, NAME: name, BROKER_URL: proxy.url },
      execArgv: ['--enable-source-maps', '--no-warnings'],
    });
    const worker: FleetWorker = { name, proxy, child, gone: exitOf(child) };
    const ended = worker.gone.then((how) => this.#ended(worker, how));
    const ready = await Promise.race([once(child, 'message').then(() => true), ended.then(() => false)]);
    if (!ready) throw new Error(`worker ${name} ended before it was ready`);
    if (child.exitCode === null && child.signalCode === null) this.#workers.add(worker);
  }

  async #ended(worker: FleetWorker, how: number | NodeJS.Signals): Promise<void> {
    const wasReady = this.#workers.delete(worker);
    if (!this.#told.has(worker)) {
      if (how === 'SIGKILL') this.kills += 1;
      else this.broken.push(`${worker.name} ended with ${how} by itself${wasReady ? '' : ' before it was ready'}`);
    }
    await worker.proxy.stop();
  }
}

async function exitOf(child: ChildProcess): Promise<number | NodeJS.Signals> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return code ?? signal!;
}
