import { randomUUID } from 'node:crypto';
import type { OwnConnection } from './application-database.js';
import { QueueRelay, type RelayDependencies } from './queue-relay.js';

/** How long a relay that has said so is woken; said again well before. A dead one costs no more than needless wake-ups. */
const WAKE_FOR = 60_000;
const LONGEST_PAUSE = 10_000;

/**
 * Publishes what waits in the outbox, in any number of processes. Woken by a notification and, since one may be missed, by
 * a clock. It keeps one connection, on which it also listens; when that breaks, or the broker does, it begins anew.
 */
export class Relay {
  readonly #id = randomUUID();
  readonly #queues: QueueRelay;
  #running: Promise<void> | undefined;
  #stopping = false;
  #woken = false;
  #wake: () => void = () => {};
  /** epoch ms until which writers are asked to wake this relay */
  #wokenUntil = 0;
  #failures = 0;

  constructor(private readonly deps: RelayDependencies) {
    this.#queues = new QueueRelay(deps);
  }

  /** Safe to call twice; after a stop it does nothing. */
  start(): void {
    if (!this.#stopping) this.#running ??= this.#run();
  }

  /** Resolves when the batch under way has been published and removed. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wakeUp();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      try {
        await this.#serve();
      } catch (error) {
        this.#failures++;
        this.deps.logger.warn('the outbox cannot be relayed; trying again soon', { error });
        await this.#pause(Math.min(LONGEST_PAUSE, this.deps.outbox.options.pollInterval * this.#failures));
      }
    }
  }

  async #serve(): Promise<void> {
    const { database, statements, options } = this.deps.outbox;
    const connection = await database.connect();
    let broken = true;
    try {
      connection.onEvent(() => this.#wakeUp());
      await connection.query(statements.listen, []);
      this.#wokenUntil = 0;
      while (!this.#stopping) {
        this.#woken = false;
        if (await this.#pass(connection)) await this.#pause(options.pollInterval);
        this.#failures = 0;
      }
      await connection.query(statements.wait, [this.#id, 0]);
      await connection.query(statements.unlisten, []);
      broken = false;
    } finally {
      connection.release(broken);
    }
  }

  /** Relays what is there. @returns whether there is time to wait: nothing was found, and what comes will wake it */
  async #pass(connection: OwnConnection): Promise<boolean> {
    const { statements } = this.deps.outbox;
    const { rows } = await connection.query<{ queue: string }>(statements.queues, []);
    let relayed = false;
    let left = false;
    for (const { queue } of rows) {
      const end = await this.#queues.relay(connection, queue);
      if (end === 'full') await this.#doNotWake(connection);
      if (end === 'locked' || end === 'refused') left = true;
      else relayed = true;
    }
    if (relayed) return false;
    // Whoever has the queue relays what comes: a second relay that is woken for it would find nothing to do.
    return left || !(await this.#askToBeWoken(connection));
  }

  /** @returns whether that is new, so that what came just before must be looked for */
  async #askToBeWoken(connection: OwnConnection): Promise<boolean> {
    const now = this.deps.clock.now();
    if (this.#wokenUntil - now > WAKE_FOR / 2) return false;
    const isNew = this.#wokenUntil <= now;
    await connection.query(this.deps.outbox.statements.wait, [this.#id, WAKE_FOR]);
    this.#wokenUntil = now + WAKE_FOR;
    return isNew;
  }

  /** A relay that is busy anyway has writers pay for no notification. */
  async #doNotWake(connection: OwnConnection): Promise<void> {
    if (this.#wokenUntil === 0) return;
    await connection.query(this.deps.outbox.statements.wait, [this.#id, 0]);
    this.#wokenUntil = 0;
  }

  #wakeUp(): void {
    this.#woken = true;
    this.#wake();
  }

  async #pause(ms: number): Promise<void> {
    if (this.#woken || this.#stopping) return;
    await new Promise<void>((resolve) => {
      const timer = this.deps.clock.timer(ms, resolve);
      this.#wake = () => {
        timer.clear();
        resolve();
      };
    });
    this.#wake = () => {};
  }
}
