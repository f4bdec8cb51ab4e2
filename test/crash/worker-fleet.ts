import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

/** Worker processes of which a random one can be ended and replaced. */
export class WorkerFleet {
  readonly #children = new Set<ChildProcess>();
  /** exit codes and signals of those that were ended by SIGTERM */
  readonly exits: (number | NodeJS.Signals | null)[] = [];

  constructor(
    private readonly folder: string,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  async start(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, () => this.#spawn()));
  }

  /** Ends one by signal; another takes its place. */
  async replaceOne(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const children = [...this.#children];
    const victim = children[Math.floor(Math.random() * children.length)]!;
    await Promise.all([this.#end(victim, signal), this.#spawn()]);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#children].map((child) => this.#end(child, 'SIGTERM')));
  }

  async #spawn(): Promise<void> {
    const child = fork(path.join(this.folder, 'worker-child.js'), {
      env: { ...process.env, ...this.env },
      execArgv: ['--enable-source-maps'],
    });
    this.#children.add(child);
    const [message] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [unknown];
    if (message !== 'ready') throw new Error(`a worker process ended before it was ready (${String(message)})`);
  }

  async #end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    this.#children.delete(child);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    child.kill(signal);
    const [code, by] = await gone;
    if (signal === 'SIGTERM') this.exits.push(code ?? by);
  }
}
