import { fork, type ChildProcess, type ForkOptions } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A process of ours, and the lines that it has said so far. */
export class HeardProcess {
  readonly said: string[] = [];
  readonly ended: Promise<number | null>;
  readonly child: ChildProcess;
  #heard = () => {};

  constructor(file: string, args: readonly string[], env: ForkOptions['env'] = {}) {
    this.child = fork(file, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'], env: { ...process.env, ...env } });
    this.ended = once(this.child, 'close').then(([code]) => code as number | null);
    createInterface(this.child.stdout!).on('line', (line) => {
      this.said.push(line);
      this.#heard();
    });
  }

  /** Waits until it has said a line so many times. @throws when it ends before that */
  async until(line: string, times = 1): Promise<void> {
    const early = this.ended.then((code) => {
      throw new Error(`it ended with ${code} and never said '${line}' ${times} times: ${this.said.join('; ')}`);
    });
    while (this.said.filter((one) => one === line).length < times)
      await Promise.race([new Promise<void>((resolve) => (this.#heard = resolve)), early]);
    early.catch(() => {});
  }

  /** Safe after it has ended. */
  async kill(): Promise<void> {
    if (this.child.exitCode === null) this.child.kill('SIGKILL');
    await this.ended;
  }
}
