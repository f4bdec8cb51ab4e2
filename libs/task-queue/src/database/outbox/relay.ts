import { randomUUID } from 'node:crypto';
import type { OwnConnection } from './application-database.js';
import { QueueRelay, type RelayDependencies } from './queue-relay.js';
import { RelayCursors } from './relay-cursors.js';

/** ms for which a relay asks writers for notifications; it renews the request in time. A dead relay costs needless wake-ups only. */
const WAKE_FOR = 60_000;
const LONGEST_PAUSE = 10_000;

/**
 * Publishes the rows of the outbox, in any number of processes. Notifications wake the relay, and so does a timer, because a
 * notification can be missed. It uses one connection, on which it also listens. When the connection or the broker fails, it reconnects.
 */
export class Relay {
  readonly #id = randomUUID();
  readonly #queues: QueueRelay;
  readonly #cursors = new RelayCursors();
  #running: Promise<void> | undefined;
  #stopping = false;
  #woken = false;
  #wake: () => void = () => {};
  /** epoch ms until which writers notify this relay */
  #wokenUntil = 0;
  #failures = 0;

  constructor(private readonly deps: RelayDependencies) {
    this.#queues = new QueueRelay(deps);
  }

  /** Safe to call twice; after a stop it does nothing. */
  start(): void {
    if (!this.#stopping) this.#running ??= this.#run();
  }

  /** Resolves when the current batch has been published and removed. */
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
        if (await this.#pass(connection)) await this.#pause(Math.min(options.pollInterval, this.#cursors.wholeIn(this.deps.clock.now())));
        this.#failures = 0;
      }
      await connection.query(statements.wait, [this.#id, 0]);
      await connection.query(statements.unlisten, []);
      broken = false;
    } finally {
      connection.release(broken);
    }
  }

  /** Relays the rows of every queue. @returns whether to pause: nothing was found, and a new row will wake the relay */
  async #pass(connection: OwnConnection): Promise<boolean> {
    const { statements } = this.deps.outbox;
    this.#cursors.begin(this.deps.clock.now());
    const { rows } = await connection.query<{ queues: string[]; oldest: string }>(statements.queues, this.#cursors.ends);
    const { queues, oldest } = rows[0]!;
    this.#cursors.looked(queues, oldest);
    let relayed = false;
    let left = false;
    for (const queue of queues) {
      const end = await this.#queues.relay(connection, queue, this.#cursors);
      if (end === 'full') await this.#doNotWake(connection);
      if (end === 'locked' || end === 'refused') left = true;
      else relayed = true;
    }
    if (relayed) return false;
    // The relay that has the queue also relays its new rows: waking this one for them would be useless.
    return left || !(await this.#askToBeWoken(connection));
  }

  /** @returns whether writers did not notify this relay before, so that rows of the last moments must be looked for */
  async #askToBeWoken(connection: OwnConnection): Promise<boolean> {
    const now = this.deps.clock.now();
    if (this.#wokenUntil - now > WAKE_FOR / 2) return false;
    const isNew = this.#wokenUntil <= now;
    await connection.query(this.deps.outbox.statements.wait, [this.#id, WAKE_FOR]);
    this.#wokenUntil = now + WAKE_FOR;
    return isNew;
  }

  /** A busy relay finds new rows by itself: notifications would only slow writers down. */
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
