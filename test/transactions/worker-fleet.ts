import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

/** Worker processes of which a random one can be ended and replaced. */
export class WorkerFleet {
  readonly #ready = new Set<ChildProcess>();
  readonly #starting = new Set<Promise<void>>();
  readonly #ending = new Set<Promise<void>>();
  /** exit codes and signals of those that were ended by SIGTERM */
  readonly exits: (number | NodeJS.Signals | null)[] = [];

  constructor(
    private readonly folder: string,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  async start(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.#spawn()));
  }

  /**
   * Ends one by signal and starts another, without waiting for either: on a slow machine, too, the next can be ended soon.
   * @returns false when fewer than two are ready, so that nothing was ended
   */
  replaceOne(signal: 'SIGKILL' | 'SIGTERM'): boolean {
    const ready = [...this.#ready];
    if (ready.length < 2) return false;
    this.#track(this.#ending, this.#end(ready[Math.floor(Math.random() * ready.length)]!, signal));
    this.#track(this.#starting, this.#spawn());
    return true;
  }

  /** how many can be ended */
  get ready(): number {
    return this.#ready.size;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#starting, ...this.#ending]);
    await Promise.all([...this.#ready].map((child) => this.#end(child, 'SIGTERM')));
  }

  #track(set: Set<Promise<void>>, work: Promise<void>): void {
    set.add(work);
    void work.finally(() => set.delete(work));
  }

  async #spawn(): Promise<void> {
    const child = fork(path.join(this.folder, 'worker-child.js'), {
      env: { ...process.env, ...this.env },
      execArgv: ['--enable-source-maps'],
    });
    const [message] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [unknown];
    if (message !== 'ready') throw new Error(`a worker process ended before it was ready (${String(message)})`);
    this.#ready.add(child);
  }

  async #end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    this.#ready.delete(child);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    child.kill(signal);
    const [code, by] = await gone;
    if (signal === 'SIGTERM') this.exits.push(code ?? by);
  }
}
