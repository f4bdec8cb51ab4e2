import { InvalidOptionError, UnknownOptionError } from '../../errors/option-errors.js';
import { redriveMessage } from '../../message/build-message.js';
import type { FailedAttempt } from '../../message/failed-attempt.js';
import type { Codecs } from '../../message/codecs.js';
import { DEFAULT_PRIORITY, type TaskMessage } from '../../message/task-message.js';
import type { DeadLetter, Inspector, Redrive } from '../../ports/control/inspector.js';
import type { ResultBackend } from '../../ports/stores/result-backend.js';

/** A dead letter in readable form. */
export interface DeadTask {
  readonly id: string;
  readonly queue: string;
  /** why it does not run again by itself: 'failed', 'rejected', 'worker_lost', 'unknown_task', 'malformed', … */
  readonly reason: string;
  /** the last error in one line */
  readonly error: string;
  readonly at: Date;
  /** its last ten failed attempts, oldest first */
  readonly attempts: readonly FailedAttempt[];
  /** the call; null = the message cannot be read */
  readonly message: TaskMessage | null;
}

/** Selects dead letters that match all of these. */
export interface DeadLetterFilter {
  /** default: every queue */
  readonly queue?: string;
  /** the task's registered name */
  readonly task?: string;
  readonly reason?: string;
  /** died at this instant or later */
  readonly since?: Date;
  /** died before this instant */
  readonly until?: Date;
  readonly where?: (letter: DeadTask) => boolean;
}

export interface DeadLetterListOptions extends DeadLetterFilter {
  /** letters per page; default 50 */
  readonly limit?: number;
  /** `next` of the previous page */
  readonly cursor?: string;
}

export interface DeadLetterList {
  readonly letters: readonly DeadTask[];
  /** where the next page begins; null = this was the last */
  readonly next: string | null;
}

export interface RedriveReport {
  /** how many returned to their queues */
  readonly redriven: number;
  /** letters that were selected and stay dead letters */
  readonly refused: readonly RefusedRedrive[];
}

export interface RefusedRedrive {
  readonly id: string;
  readonly queue: string;
  /** null = the message cannot be read */
  readonly task: string | null;
  /** 'unique': another message holds its unique key; redrive it when that message has ended */
  readonly reason: 'unique';
}

export interface DeadLetterDependencies {
  readonly inspector: Inspector;
  readonly results: ResultBackend;
  /** results are in another store than the broker */
  readonly resultsApart: boolean;
  readonly codecs: Codecs;
}

/** A page of one queue, with the inspector's cursors of its start and end. */
interface Page {
  readonly queue: string;
  readonly start: string | undefined;
  readonly letters: readonly DeadTask[];
  readonly next: string | null;
}

const FILTERS = ['queue', 'task', 'reason', 'since', 'until', 'where'] as const satisfies readonly (keyof DeadLetterFilter)[];
const DEFAULT_LIMIT = 50;
const PAGE = 500;

/** Lists, redrives and purges the tasks that do not run again by themselves. */
export class DeadLetters {
  constructor(private readonly deps: DeadLetterDependencies) {}

  /** One page, queue by queue, newest first. With a filter, letters are read until the page is full. */
  async list({ limit = DEFAULT_LIMIT, cursor, ...filter }: DeadLetterListOptions = {}): Promise<DeadLetterList> {
    if (!Number.isInteger(limit) || limit < 1) throw new InvalidOptionError('limit', limit, 'a whole number of at least 1');
    const letters: DeadTask[] = [];
    for await (const page of this.#pages(filter, cursor)) {
      for (const [index, letter] of page.letters.entries()) {
        if (!matches(letter, filter)) continue;
        letters.push(letter);
        if (letters.length === limit) return { letters, next: await this.#cursorAfter(page, index, filter) };
      }
    }
    return { letters, next: null };
  }

  /** null = no dead letter has this id */
  async get(id: string): Promise<DeadTask | null> {
    const queue = await this.#queueOf(id);
    if (queue === null) return null;
    const [letter] = await this.deps.inspector.findDeadLetters(queue, [id]);
    return letter ? this.#read(letter) : null;
  }

  /**
   * Sends dead letters again under their own ids, with all their retries and without `eta` and `expires`. Their results are
   * reset. `redrive({})` sends all. A letter whose unique key another message holds stays a dead letter.
   */
  async redrive(target: string | DeadLetterFilter): Promise<RedriveReport> {
    const refused: RefusedRedrive[] = [];
    let redriven = 0;
    for await (const { queue, letters } of this.#chosen(target)) {
      const went = await this.#redrive(queue, letters);
      redriven += went.filter(Boolean).length;
      refused.push(...(await this.#refused(queue, letters.filter((_, index) => !went[index])))); // prettier-ignore
    }
    return { redriven, refused };
  }

  /** Removes dead letters; their results stay. `purge({})` removes all. @returns how many */
  async purge(target: string | DeadLetterFilter): Promise<number> {
    let purged = 0;
    for await (const { queue, letters } of this.#chosen(target)) {
      const ids = letters.map(({ id }) => id);
      purged += await this.deps.inspector.purgeDeadLetters(queue, ids);
      await this.#forgetFailed(queue, ids);
    }
    return purged;
  }

  async #redrive(queue: string, letters: readonly DeadTask[]): Promise<readonly boolean[]> {
    const { inspector, results, resultsApart } = this.deps;
    // First, because a crash in between leaves a dead letter without a result. The other order would refuse the result of the new run.
    if (resultsApart) await results.forget(letters.map(({ id }) => id));
    const went = await inspector.redrive(queue, letters.map((letter) => this.#redriveOf(letter))); // prettier-ignore
    await this.#forgetFailed(queue, letters.filter((_, index) => went[index]).map(({ id }) => id)); // prettier-ignore
    return went;
  }

  /** Removes them from the log of failed tasks, if there is one. */
  async #forgetFailed(queue: string, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.deps.results.failedTasks?.forget(queue, ids);
  }

  /** A letter that did not return and still exists is held back by its unique key. The others were redriven or purged elsewhere. */
  async #refused(queue: string, letters: readonly DeadTask[]): Promise<RefusedRedrive[]> {
    if (letters.length === 0) return [];
    const still = await this.deps.inspector.findDeadLetters(queue, letters.map(({ id }) => id)); // prettier-ignore
    return letters.flatMap(({ id, message }, index) => {
      return still[index] ? [{ id, queue, task: message?.task ?? null, reason: 'unique' as const }] : [];
    });
  }

  async *#chosen(target: string | DeadLetterFilter): AsyncGenerator<Pick<Page, 'queue' | 'letters'>, void, undefined> {
    if (typeof target === 'string') {
      const letter = await this.get(target);
      if (letter !== null) yield { queue: letter.queue, letters: [letter] };
      return;
    }
    for await (const { queue, letters } of this.#pages(target)) {
      const chosen = letters.filter((letter) => matches(letter, target));
      if (chosen.length > 0) yield { queue, letters: chosen };
    }
  }

  /** Newest first, so that a redriven letter that fails again during the scan is not visited twice. */
  async *#pages(filter: DeadLetterFilter, from?: string): AsyncGenerator<Page, void, undefined> {
    checkFilter(filter);
    const begin = from === undefined ? null : readCursor(from);
    for (const queue of await this.#queues(filter)) {
      if (begin !== null && queue < begin.queue) continue;
      let start = begin?.queue === queue ? begin.position : undefined;
      for (;;) {
        const page = await this.deps.inspector.deadLetters(queue, { limit: PAGE, ...(start === undefined ? {} : { cursor: start }) });
        yield { queue, start, letters: page.letters.map((letter) => this.#read(letter)), next: page.next };
        if (page.next === null) break;
        start = page.next;
      }
    }
  }

  async #cursorAfter({ queue, start, letters, next }: Page, index: number, filter: DeadLetterFilter): Promise<string | null> {
    let position = next;
    if (index < letters.length - 1) {
      const again = { limit: index + 1, ...(start === undefined ? {} : { cursor: start }) };
      position = (await this.deps.inspector.deadLetters(queue, again)).next;
    }
    if (position !== null) return writeCursor(queue, position);
    const following = (await this.#queues(filter)).find((name) => name > queue);
    return following === undefined ? null : writeCursor(following, undefined);
  }

  async #queues({ queue }: DeadLetterFilter): Promise<readonly string[]> {
    return queue === undefined ? (await this.deps.inspector.queues()).sort() : [queue];
  }

  async #queueOf(id: string): Promise<string | null> {
    const [location] = await this.deps.inspector.locate([id]);
    return location?.place === 'dead' ? location.queue : null;
  }

  #read(letter: DeadLetter): DeadTask {
    const { id, queue, reason, detail, attempts, at } = letter;
    return { id, queue, reason, error: detail, at: new Date(at), attempts, message: this.#decode(letter) };
  }

  #decode(letter: DeadLetter): TaskMessage | null {
    try {
      return this.deps.codecs.messages.decode(letter);
    } catch {
      return null;
    }
  }

  /** An unreadable message returns unchanged: a worker may have the right key or serializer by now. */
  #redriveOf({ id, message, attempts }: DeadTask): Redrive {
    if (message === null) return { id, priority: DEFAULT_PRIORITY };
    return { id, ...this.deps.codecs.messages.encode(redriveMessage(message, attempts)), priority: message.headers.priority };
  }
}

function matches({ reason, at, message, ...rest }: DeadTask, filter: DeadLetterFilter): boolean {
  if (filter.task !== undefined && message?.task !== filter.task) return false;
  if (filter.reason !== undefined && reason !== filter.reason) return false;
  if (filter.since !== undefined && at < filter.since) return false;
  if (filter.until !== undefined && at >= filter.until) return false;
  return filter.where === undefined || filter.where({ reason, at, message, ...rest });
}

/** A misspelled filter would select every letter. */
function checkFilter(filter: DeadLetterFilter): void {
  for (const key of Object.keys(filter)) {
    if (!FILTERS.includes(key as 'queue')) throw new UnknownOptionError(key, 'The filter of dead letters', FILTERS);
  }
}

function writeCursor(queue: string, position: string | undefined): string {
  return Buffer.from(JSON.stringify([queue, position])).toString('base64url');
}

function readCursor(cursor: string): { readonly queue: string; readonly position: string | undefined } {
  try {
    const [queue, position] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [unknown, unknown];
    const isPosition = position === null || position === undefined || typeof position === 'string';
    if (typeof queue === 'string' && !queue.includes('\0') && isPosition) return { queue, position: position ?? undefined };
  } catch {
    // Refused below.
  }
  throw new InvalidOptionError('cursor', cursor, "the 'next' of a previous page");
}
