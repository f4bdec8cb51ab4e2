import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Random } from '../random.js';

export interface ProducersOptions {
  /** where compiled files are */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Processes that send within transactions until they are killed, each by names that no other has. */
export class Producers {
  readonly #children = new Set<ChildProcess>();
  #count = 0;
  #window = '';

  constructor(private readonly options: ProducersOptions) {}

  /** whether a producer of this window may have sent it */
  readonly sent = (id: string): boolean => id.startsWith(`${this.#window}-bank`);

  begin(window: string): void {
    this.#window = window;
  }

  /** Starts as many as are missing: those that are started while their servers are away end at their boot. */
  fill(count: number): void {
    while (this.#children.size < count) this.#spawn();
  }

  /** Kills one in the middle of what it does. */
  async killOne(random: Random): Promise<void> {
    const children = [...this.#children];
    if (children.length > 0) await kill(random.pick(children));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#children].map(kill));
  }

  #spawn(): void {
    const { folder, env } = this.options;
    const child = fork(path.join(folder, 'attack', 'children', 'bank-producer-child.js'), {
      env: { ...process.env, ...env, NAME: `${this.#window}-bank${++this.#count}` },
      execArgv: ['--enable-source-maps', '--no-warnings'],
      stdio: ['ignore', 'inherit', 'ignore', 'ipc'],
    });
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
  }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
