import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Harness } from '../client-and-worker/harness.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import type { Engine } from './engine.js';
import type { FaultServer } from './fault.js';
import { Ledger } from './ledger.js';
import type { PlannedCall } from './load.js';
import { Sender } from './sender.js';
import { WorkerFleet } from './worker-fleet.js';

export const KEY_PREFIX = 'faults';
const CLIENT = { keyPrefix: KEY_PREFIX, publishTimeout: '2s', dedupRetention: '10m', resultExpires: '10m' } as const;

export interface SystemOptions {
  readonly engine: Engine;
  /** where compiled files are */
  readonly folder: string;
  readonly lease: number;
  /** of a worker process; default: that of the rounds */
  readonly worker?: string;
  /** for worker processes, beside what all of them need */
  readonly env?: Readonly<Record<string, string>>;
  /** ms that a call waits for a broker that cannot be reached */
  readonly patience?: number;
}

/** What stands for all rounds: the server, the workers, a producer behind a proxy, and an observer who goes to the server directly. */
export class SystemUnderTest {
  readonly #cleanUps: (() => Promise<unknown>)[] = [];
  server!: FaultServer;
  fleet!: WorkerFleet;
  ledger!: Ledger;
  proxy!: TcpProxy;
  sender!: Sender;
  observer!: Harness;
  /** accepted settlements of earlier rounds that ended a task */
  readonly ended = new Set<string>();

  private constructor(private readonly options: SystemOptions) {}

  static async open(options: SystemOptions): Promise<SystemUnderTest> {
    const system = new SystemUnderTest(options);
    try {
      await system.#open();
      return system;
    } catch (error) {
      await system.close();
      throw error;
    }
  }

  /** Safe to call twice. */
  async close(): Promise<void> {
    for (const cleanUp of this.#cleanUps.splice(0).toReversed()) await cleanUp();
  }

  produce(url: string, calls: readonly PlannedCall[]): { kill(): Promise<void>; readonly ended: Promise<unknown> } {
    const child = fork(path.join(this.options.folder, 'producer-child.js'), { env: { ...process.env, KEY_PREFIX, BROKER_URL: url } });
    const ended = once(child, 'exit');
    child.send(calls.map(({ task, args, options }) => ({ task, args, options })));
    return { ended, kill: async () => void (child.kill('SIGKILL'), await ended) };
  }

  async #open(): Promise<void> {
    const { engine, folder, lease, worker: file = 'worker-child.js', patience } = this.options;
    const temp = await mkdtemp(path.join(os.tmpdir(), 'task-queue-faults-'));
    this.#cleanUps.push(() => rm(temp, { recursive: true }));
    this.server = await engine.start();
    this.#cleanUps.push(() => this.server.stop());
    this.observer = await this.#harness(this.server.url, engine.firstConnection);
    this.proxy = await TcpProxy.before(this.server.url);
    this.#cleanUps.push(() => this.proxy.stop());
    const ledger = path.join(temp, 'ledger');
    this.ledger = new Ledger(ledger);
    this.#cleanUps.push(async () => this.ledger.close());
    this.sender = new Sender((await this.#harness(this.proxy.url)).client, patience);
    const env = { KEY_PREFIX, LEDGER: ledger, LEASE: String(lease), ...this.options.env };
    this.fleet = new WorkerFleet({ folder, file, url: this.server.url, env });
    this.#cleanUps.push(() => this.fleet.stop());
  }

  async #harness(url: string, connection = {}): Promise<Harness> {
    const harness = await Harness.open(url, { ...CLIENT, connection });
    this.#cleanUps.push(() => harness.close());
    return harness;
  }
}
