import type { Socket } from 'node:net';
import { Command, Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import type { TaskQueueError } from '../../../core/errors/task-queue-error.js';
import type { TaskLogger } from '../../../core/ports/runtime/logger.js';
import { fits } from './answer-forms.js';
import { AnswerWatch } from './answer-watch.js';
import { monotonic } from '../../shared/monotonic.js';
import { afterPendingInput } from '../../shared/pending-input.js';
import { ConnectionLostError } from '../../shared/store-errors.js';
import { ServerRefusedError, translate } from './redis-errors.js';
import { scripts } from './scripts.js';
import type { ScriptName } from './scripts.js';
import { checkServer } from './server-check.js';
import { backoff, writeTogether } from './ways-of-driver.js';

export interface ConnectionSetup {
  readonly shown: string;
  readonly options: RedisOptions;
  readonly logger: TaskLogger;
}

interface Sending {
  /** the server answers when something happens, which may take long */
  readonly blocks?: boolean;
  /** written together with other commands of this turn of the event loop; false = at once */
  readonly together?: boolean;
}
const TOGETHER: Sending = { together: true };

/** ms within which a new connection must become usable; otherwise it is opened again */
const HANDSHAKE_LIMIT = 5_000;

/**
 * A connection that reconnects until it is closed. It is usable after it has checked the server's version and loaded the scripts.
 * The driver neither queues nor resends commands: a command is sent now or fails now. A command whose answer is lost fails with
 * {@link ConnectionLostError}.
 */
export class RedisConnection {
  #client: Redis | null = null;
  #usableSince: number | null = null;
  #failure: ConnectionLostError | ServerRefusedError | null = null;
  #refusal: TaskQueueError | null = null;
  #closed = false;
  #generation = 0;
  #ahead = NaN;
  #aheadAtMost = NaN;
  readonly #watch = new AnswerWatch(
    () => this.#client?.stream as Socket | undefined,
    () => this.reopen(),
  );
  readonly #waiting = new Set<() => void>();
  readonly #onUsable: (() => void)[] = [];

  constructor(
    private readonly name: string,
    private readonly setup: ConnectionSetup,
    private readonly runsScripts = false,
  ) {}

  /** Starts to connect; safe to call twice. */
  open(): void {
    if (this.#client !== null || this.#closed) return;
    const client = new Redis({
      ...this.setup.options,
      lazyConnect: true,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      autoResubscribe: false,
      // Unanswered commands fail at each reconnect; otherwise the driver would never answer them.
      maxRetriesPerRequest: 0,
      // Answers are read as the driver gives them by default.
      stringNumbers: false,
      retryStrategy: backoff,
      // The driver's disconnect timer outlives connections that have already closed.
      disconnectTimeout: 100,
      reconnectOnError: null,
    });
    this.#client = client;
    client.on('connect', () => this.#expectUsable(client));
    client.on('ready', () => void this.#prepare(client));
    client.on('close', () => this.#lost());
    client.on('error', (error) => this.#note(error));
    client.connect().catch((error: unknown) => this.#note(error));
  }

  /** monotonic ms since which it has been usable without a break; null while it is not */
  get usableSince(): number | null {
    return this.#usableSince;
  }

  /** monotonic ms at which bytes were last seen to move on it */
  get movedAt(): number {
    return this.#watch.movedAt;
  }

  /** How often it has become usable. */
  get generation(): number {
    return this.#generation;
  }

  /** ms by which the server's clock was ahead of the monotonic clock when it became usable; NaN = unknown */
  get ahead(): number {
    return this.#ahead;
  }

  /** the most that it can be ahead: the server told the time between the question and the answer */
  get aheadAtMost(): number {
    return this.#aheadAtMost;
  }

  /** why it is not usable, if that is known */
  get failure(): Error | null {
    return this.#failure;
  }

  /** Called whenever it becomes usable (again). */
  onUsable(callback: () => void): void {
    this.#onUsable.push(callback);
  }

  /**
   * Waits until it is usable.
   * @returns false when `timeout` ms have passed, the signal was aborted or the connection was closed
   * @throws BrokerVersionError · InvalidBrokerUrlError the server cannot be used
   */
  async usable(timeout: number, signal?: AbortSignal): Promise<boolean> {
    if (this.#usableSince !== null) return true;
    this.open();
    if (!this.#refusal && !this.#closed && timeout > 0 && !signal?.aborted) await this.#change(timeout, signal);
    if (this.#refusal) throw this.#refusal;
    return this.#usableSince !== null;
  }

  /**
   * Runs a script. Keys and arguments are strings only, so that the driver writes them in one piece. An answer of an unexpected form
   * counts as lost, and so does the connection.
   * @throws ConnectionLostError · ServerRefusedError
   */
  async script(name: ScriptName, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    const { sha, source } = scripts[name];
    // The caller of a single message waits for it alone: there is nothing to send with it.
    const together = name !== 'publishOne' && args.length < LARGE;
    let answer;
    try {
      answer = await this.send('evalsha', [sha, String(keys.length), ...keys, ...args], { together });
    } catch (error) {
      if (!(error instanceof ServerRefusedError) || !error.unknownScript) throw error;
      await this.send('script', ['LOAD', source]);
      answer = await this.send('evalsha', [sha, String(keys.length), ...keys, ...args]);
    }
    if (fits(name, answer, args)) return answer;
    this.reopen();
    throw new ConnectionLostError(true, `the answer to '${name}' has an unexpected form`);
  }

  /** @throws ConnectionLostError · ServerRefusedError */
  send(command: string, args: readonly string[], how: Sending = TOGETHER): Promise<unknown> {
    const client = this.#client;
    if (client === null || this.#usableSince === null) {
      return Promise.reject(new ConnectionLostError(false, this.#failure?.message ?? 'not connected'));
    }
    return this.#exchange(client, command, args, how);
  }

  /** Messages of subscribed channels. */
  onMessage(callback: (channel: string, message: string) => void): void {
    this.open();
    this.#client?.on('message', callback);
  }

  /** Drops the connection and reconnects. Pending calls fail. */
  reopen(): void {
    if (this.#closed || this.#client === null || this.#usableSince === null) return;
    const client = this.#client;
    this.#lost();
    // A peer that no longer answers does not answer QUIT either.
    client.stream?.destroy();
  }

  /** Safe to call twice. */
  close(): void {
    this.#closed = true;
    this.#watch.stop();
    this.#client?.disconnect();
    this.#client = null;
    this.#usableSince = null;
    this.#wakeAll();
  }

  async #exchange(client: Redis, name: string, args: readonly string[], { blocks = false, together = true }: Sending): Promise<unknown> {
    const writable = client.status === 'ready' || client.status === 'connect';
    const command = new Command(name, args as string[], { replyEncoding: 'utf8' });
    if (!blocks) this.#watch.asked();
    if (together) writeTogether(client);
    try {
      return await client.sendCommand(command);
    } catch (error) {
      const failure = translate(error, writable);
      // After a failover the master is another server: the next connection finds it.
      if (failure instanceof ServerRefusedError && failure.readOnly) this.reopen();
      // The type of the driver's error does not say that the command was not written.
      throw failure instanceof ConnectionLostError && /isn't writeable/.test(failure.message)
        ? new ConnectionLostError(false, 'not connected')
        : failure;
    } finally {
      if (!blocks) this.#watch.answered();
    }
  }

  async #prepare(client: Redis): Promise<void> {
    const askedAt = monotonic();
    try {
      const loaded = (this.runsScripts ? Object.values(scripts) : []).map((script) =>
        this.#exchange(client, 'script', ['LOAD', script.source], TOGETHER),
      );
      const [info, ...answers] = await Promise.allSettled([this.#exchange(client, 'info', [], TOGETHER), ...loaded]);
      const facts = checkServer(String(settledValue(info)), this.setup.shown);
      this.#refusal = facts.refusal;
      if (facts.refusal !== null) {
        client.disconnect();
        return this.#wakeAll();
      }
      answers.forEach(settledValue);
      this.#ahead = facts.now - monotonic();
      this.#aheadAtMost = facts.now - askedAt;
      if (client !== this.#client || client.status !== 'ready') return;
      if (facts.evicts !== null && this.#generation === 0) this.#warnOfEviction(facts.evicts);
      this.#becomeUsable();
    } catch (error) {
      this.#note(error);
      if (!this.#closed) client.disconnect(true);
    }
  }

  /** The driver waits forever for a peer that accepts a connection and then stays silent. */
  #expectUsable(client: Redis): void {
    const { stream } = client;
    const judge = (): void => void (this.#usableSince === null && stream?.destroy());
    const timer = setTimeout(() => afterPendingInput(judge), HANDSHAKE_LIMIT).unref();
    stream?.once('close', () => clearTimeout(timer));
  }

  #warnOfEviction(policy: string): void {
    this.setup.logger.warn('Redis may evict keys of tasks: set maxmemory-policy to noeviction', { policy, server: this.setup.shown });
  }

  #becomeUsable(): void {
    if (this.#failure !== null && this.#generation > 0) {
      this.setup.logger.info('Redis is connected again', { connection: this.name, server: this.setup.shown });
    }
    this.#failure = null;
    this.#usableSince = monotonic();
    this.#generation += 1;
    for (const callback of this.#onUsable) callback();
    this.#wakeAll();
  }

  #lost(): void {
    if (this.#usableSince !== null && !this.#closed) {
      this.setup.logger.warn('The connection to Redis was lost; connecting again', { connection: this.name, server: this.setup.shown });
      this.#failure ??= new ConnectionLostError(false, 'connection lost');
    }
    this.#usableSince = null;
  }

  #note(error: unknown): void {
    this.#failure = translate(error, false);
    // A refused login will be refused again: waiting callers should fail at once.
    if (this.#failure instanceof ServerRefusedError && this.#failure.login) this.#wakeAll();
  }

  #change(timeout: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeout);
      signal?.addEventListener('abort', done, { once: true });
      this.#waiting.add(done);
    });
  }

  #wakeAll(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}

/** A call with this many arguments is sent at once: the server works on it during the rest of the turn. */
const LARGE = 200;

function settledValue(settled: PromiseSettledResult<unknown>): unknown {
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
}
