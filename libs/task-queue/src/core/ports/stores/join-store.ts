import { InvalidOptionError } from '../../errors/option-errors.js';

/**
 * Counts the members of joins (a chord's header) until the last has arrived. The worker that completes a join publishes its body
 * under a fixed, traced id and closes it; a reconciler does the same for what {@link JoinStore.complete} names, and the
 * trace keeps the body from running twice.
 */
export interface JoinStore {
  /** Before its members are published. A join of that id that is open, complete or closed stays as it is. */
  open(joins: readonly JoinToOpen[]): Promise<void>;
  /**
   * Inserts members, each once, and lowers `remaining` by those really inserted, in one atomic step; joins are taken in
   * the order of their ids. Exactly one arrival sees `completed`; if its answer is lost, the reconciler serves the join.
   * @returns one receipt for each join, in the order in which they are first named
   */
  arrive(arrivals: readonly JoinArrival[]): Promise<JoinReceipt[]>;
  /** null when it was never opened, is closed, or has expired */
  load(id: string): Promise<Join | null>;
  /** Drops members and body. The id is remembered until the join expires, so that neither a member nor an `open` revives it. */
  close(ids: readonly string[]): Promise<void>;
  /** Ids of joins that are complete and not closed, longest complete first. */
  complete(limit: number): Promise<string[]>;
}

export interface JoinToOpen {
  readonly id: string;
  /** how many are expected, at least 1 */
  readonly members: number;
  /** what to publish when they have arrived; opaque to the store */
  readonly body: string;
  /** ms from now after which the join is forgotten, complete or not */
  readonly expires: number;
}

export interface JoinArrival {
  readonly join: string;
  /** the member's task id; a member that comes again changes nothing, whatever its value */
  readonly member: string;
  /** its place among the members */
  readonly index: number;
  /** opaque to the store */
  readonly value: string;
}

export interface JoinReceipt {
  readonly join: string;
  /** members that have not arrived; null = the join is not open (closed, expired, never opened), and nothing was changed */
  readonly remaining: number | null;
  /** members that these arrivals have really added */
  readonly inserted: number;
  /** these arrivals have brought it to 0 */
  readonly completed: boolean;
}

export interface Join {
  readonly id: string;
  readonly expected: number;
  readonly remaining: number;
  readonly body: string;
  /** those that have arrived, by `index` */
  readonly members: readonly Omit<JoinArrival, 'join'>[];
}

/** @throws InvalidOptionError */
export function checkJoin({ id, members, body, expires }: JoinToOpen): void {
  checkText('join.id', id);
  if (!Number.isSafeInteger(members) || members < 1) throw new InvalidOptionError('join.members', members, 'a whole number over 0');
  if (typeof body !== 'string') throw new InvalidOptionError('join.body', body, 'text');
  if (!(Number.isFinite(expires) && expires > 0)) throw new InvalidOptionError('join.expires', expires, 'a number of ms over 0');
}

/** @throws InvalidOptionError */
export function checkArrival({ join, member, index, value }: JoinArrival): void {
  checkText('arrival.join', join);
  checkText('arrival.member', member);
  if (!Number.isSafeInteger(index) || index < 0) throw new InvalidOptionError('arrival.index', index, 'a whole number from 0');
  if (typeof value !== 'string') throw new InvalidOptionError('arrival.value', value, 'text');
}

function checkText(name: string, value: unknown): void {
  if (typeof value !== 'string' || value === '' || !value.isWellFormed()) {
    throw new InvalidOptionError(name, value, 'text that is not empty and well-formed');
  }
}
