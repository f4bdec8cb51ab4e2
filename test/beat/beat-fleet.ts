import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export interface SentTick {
  readonly tick: number;
  /** ms after it was due that its beat had sent it */
  readonly late: number;
}

/** ms until a beat that could not begin is started again: its server is away */
const AGAIN = 200;

/** Beat processes under a supervisor as deployments have one: whichever ends is started again, until all are told to end. */
export class BeatFleet {
  readonly sent: SentTick[] = [];
  /** what should not have happened */
  readonly faults: string[] = [];
  kills = 0;
  readonly #ready = new Set<ChildProcess>();
  readonly #killed = new Set<ChildProcess>();
  readonly #children = new Set<ChildProcess>();
  #seats: Promise<void>[] = [];
  #heard = () => {};
  #stopping = false;

  constructor(
    private readonly folder: string,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  /** Resolves when so many are at work. */
  async start(count: number): Promise<void> {
    this.#seats = Array.from({ length: count }, () => this.#keepTaken());
    while (this.#ready.size < count) await new Promise<void>((resolve) => (this.#heard = resolve));
  }

  /** Kills a random one that is at work. */
  killOne(): void {
    const ready = [...this.#ready];
    const one = ready[Math.floor(Math.random() * ready.length)];
    if (one === undefined) return;
    this.kills++;
    this.#ready.delete(one);
    this.#killed.add(one);
    one.kill('SIGKILL');
  }

  /** Tells all of them to end. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const child of this.#children) child.kill(this.#ready.has(child) ? 'SIGTERM' : 'SIGKILL');
    await Promise.all(this.#seats);
  }

  async #keepTaken(): Promise<void> {
    while (!this.#stopping) {
      const child = this.#fork();
      const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
      this.#children.delete(child);
      const wasReady = this.#ready.delete(child);
      if (wasReady && !(this.#stopping && code === 0)) this.faults.push(`a beat ended by itself with ${code ?? signal}`);
      if (!wasReady && !this.#killed.has(child) && !this.#stopping) await pause(AGAIN);
    }
  }

  #fork(): ChildProcess {
    const child = fork(path.join(this.folder, 'beat-child.js'), {
      env: { ...process.env, ...this.env },
      execArgv: ['--enable-source-maps', '--no-warnings'],
      // How a boot fails while the server is away is no news.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#children.add(child);
    child.on('message', (message: 'ready' | SentTick) => {
      if (message !== 'ready') this.sent.push(message);
      else {
        this.#ready.add(child);
        this.#heard();
      }
    });
    return child;
  }
}
