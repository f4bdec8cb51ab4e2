import { InvalidOptionError } from '../../../core/errors/option-errors.js';

/**
 * The suffixes of a queue's keys. Scripts get the base key alone and build the others (`queue_at` in scripts/prelude.lua has the same
 * table): all share the hash tag, so they are in one slot. Sixteen fewer keys in each call make a single publish fast.
 */
const QUEUE_KEYS = {
  /** HASH id → encoded message */
  msg: 'msg',
  /** base of ten LISTs of ids, one for each priority */
  ready: 'ready:',
  /** LIST of `<priority><id>`: revoked messages that wait; they come before all others */
  front: 'front',
  /** ZSET `<priority><id>` by due ms */
  delayed: 'delayed',
  /** ZSET `<priority><id>:<token>` by expiry ms */
  leased: 'leased',
  /** HASH id → number of lost leases; written on redelivery only */
  deliveries: 'deliveries',
  /** LIST of `<priority><id>` that have lost two leases or more */
  suspects: 'suspects',
  /** ZSET of dead letters: id by the ms of its failure; the body stays in msg */
  dead: 'dead',
  /** HASH id → JSON of reason, detail and attempts */
  deadInfo: 'dead-info',
  /** LIST of at most one item: a hint for waiting workers */
  wake: 'wake',
  /** ZSET of finished ids by the ms until which they are remembered */
  trace: 'trace',
  /** exists while the queue is paused */
  paused: 'paused',
  /** base of the STRINGs of unique keys: the id of the holder */
  unique: 'unique:',
  /** HASH id → `<until><ms>:<key>` of messages that were published with a unique key */
  uniqueOf: 'unique-of',
  /** SET of the ids of those that a worker has */
  uniqueOut: 'unique-out',
  /** base of the ZSETs of `<priority><id>`, one for each limited task: messages that wait for a slot, in order */
  limited: 'limited:',
  /** HASH id → `<expiry>,<key>` of messages that were published with a limit */
  limitedOf: 'limited-of',
  /** SET of the limits for which messages wait */
  limitedKeys: 'limited-keys',
  /** HASH of two counters, which order messages at the end and at the front of their priority */
  limitedTurns: 'limited-turns',
} as const;

export type QueueKeyNames = Readonly<Record<keyof typeof QUEUE_KEYS, string>>;

export interface QueueKeys extends QueueKeyNames {
  readonly name: string;
  /** the key that scripts get for the queue */
  readonly base: string;
  nonce(nonce: string): string;
  /** a consumer's last settle call and its answer */
  call(consumer: string): string;
}

/** Builds every key. The keys of a queue share the hash tag `{queue}`. */
export class RedisKeys {
  readonly queues: string;
  readonly revoked: string;
  readonly terminate: string;
  readonly waiters: string;
  /** base of the HASHes of joins */
  readonly join: string;
  /** ZSET of joins that are complete and not closed, by the ms at which they became so */
  readonly completeJoins: string;
  /** base of the STRINGs of results */
  readonly result: string;
  /** HASH of the rates of limited tasks and of their last slots (see scripts/parts/limits.lua) */
  readonly limits: string;
  /** base of the keys of schedules (see scripts/parts/schedules.lua) */
  readonly schedules: string;
  readonly resultsChannel: string;
  readonly controlChannel: string;
  readonly #queues = new Map<string, QueueKeys>();

  /** @param database keys of two databases are apart, and channels are not: their names have its number */
  constructor(
    private readonly prefix: string,
    database = 0,
  ) {
    if (prefix === '' || !prefix.isWellFormed() || /[{}]/.test(prefix)) {
      throw new InvalidOptionError('keyPrefix', prefix, 'text that is not empty and has neither { nor } (they decide the slot of a key)');
    }
    this.queues = `${prefix}:queues`;
    this.revoked = `${prefix}:revoked`;
    this.terminate = `${prefix}:terminate`;
    this.limits = `${prefix}:limits`;
    this.waiters = `${prefix}:waiters`;
    this.result = `${prefix}:result:`;
    this.join = `${prefix}:join:`;
    this.completeJoins = `${prefix}:joins-complete`;
    this.schedules = `${prefix}:schedules:`;
    const at = database === 0 ? '' : `@${database}`;
    this.resultsChannel = `${prefix}:results${at}`;
    this.controlChannel = `${prefix}:control${at}`;
  }

  /** the channel for the answers to one question */
  answerChannel(address: string): string {
    return `${this.controlChannel}:${address}`;
  }

  queue(name: string): QueueKeys {
    let keys = this.#queues.get(name);
    if (keys === undefined) this.#queues.set(name, (keys = this.#build(name)));
    return keys;
  }

  /** Marks a receive whose answer was lost, so that a late copy of the call takes nothing. */
  void(token: string): string {
    return `${this.prefix}:void:${token}`;
  }

  #build(name: string): QueueKeys {
    if (name === '' || !name.isWellFormed()) throw new InvalidOptionError('queue', name, 'a name that is not empty and well-formed text');
    const base = `${this.prefix}:{${name}}:`;
    const spelled = Object.fromEntries(Object.entries(QUEUE_KEYS).map(([key, suffix]) => [key, base + suffix])) as QueueKeyNames;
    return {
      ...spelled,
      name,
      base,
      nonce: (nonce) => `${base}nonce:${nonce}`,
      call: (consumer) => `${base}call:${consumer}`,
    };
  }
}
