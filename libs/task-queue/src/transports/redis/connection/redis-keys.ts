import { InvalidOptionError } from '../../../core/errors/option-errors.js';

/**
 * The keys of one queue, each its base key and one of these. Scripts are given the base alone and spell the rest themselves
 * (`queue_at` in scripts/prelude.lua has the same table): all share the hash tag, so they are in one slot, and sixteen names less
 * in each call are what makes a single publish quick.
 */
const QUEUE_KEYS = {
  /** HASH id → encoded message */
  msg: 'msg',
  /** base of ten LISTs of ids, one for each priority */
  ready: 'ready:',
  /** LIST of `<priority><id>`: waiting messages that were revoked, before all others */
  front: 'front',
  /** ZSET `<priority><id>` by due ms */
  delayed: 'delayed',
  /** ZSET `<priority><id>:<token>` by expiry ms */
  leased: 'leased',
  /** HASH id → lost leases; written on redelivery only */
  deliveries: 'deliveries',
  /** LIST of `<priority><id>` with two lost leases or more */
  suspects: 'suspects',
  /** ZSET id by the ms of its death; the body stays in msg */
  dead: 'dead',
  /** HASH id → JSON of reason, detail and attempts */
  deadInfo: 'dead-info',
  /** LIST of at most one item: a hint for waiting workers */
  wake: 'wake',
  /** ZSET of finished ids by the ms until which they are remembered */
  trace: 'trace',
  /** exists while the queue is paused */
  paused: 'paused',
  /** base of the STRINGs that hold unique keys: the id of the holder */
  unique: 'unique:',
  /** HASH id → `<until><ms>:<key>` of messages that were published with a unique key */
  uniqueOf: 'unique-of',
  /** SET of the ids of those that are out with a worker */
  uniqueOut: 'unique-out',
  /** base of ZSETs of `<priority><id>`, one for each limited task: what waits for a slot, in its order */
  limited: 'limited:',
  /** HASH id → `<expiry>,<key>` of messages that were published with a limit */
  limitedOf: 'limited-of',
  /** SET of the keys of which messages wait */
  limitedKeys: 'limited-keys',
  /** HASH of two counters: the order of what comes to the end and to the front of its priority */
  limitedTurns: 'limited-turns',
} as const;

export type QueueKeyNames = Readonly<Record<keyof typeof QUEUE_KEYS, string>>;

export interface QueueKeys extends QueueKeyNames {
  readonly name: string;
  /** what scripts are given for the queue */
  readonly base: string;
  nonce(nonce: string): string;
  /** the last settle call of a consumer and its answer */
  call(consumer: string): string;
}

/** Spells every key. Those of one queue share the hash tag `{queue}`. */
export class RedisKeys {
  readonly queues: string;
  readonly revoked: string;
  readonly terminate: string;
  readonly waiters: string;
  /** base of the HASHes that hold joins */
  readonly join: string;
  /** ZSET of joins that are complete and not closed, by the ms at which they were */
  readonly completeJoins: string;
  /** base of the STRINGs that hold results */
  readonly result: string;
  /** HASH of the rates of limited tasks and of the slots that were taken last (see scripts/parts/limits.lua) */
  readonly limits: string;
  /** base of what is kept of schedules (see scripts/parts/schedules.lua) */
  readonly schedules: string;
  readonly resultsChannel: string;
  readonly controlChannel: string;
  readonly #queues = new Map<string, QueueKeys>();

  constructor(private readonly prefix: string) {
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
    this.resultsChannel = `${prefix}:results`;
    this.controlChannel = `${prefix}:control`;
  }

  /** where one question's answers are told */
  answerChannel(address: string): string {
    return `${this.controlChannel}:${address}`;
  }

  queue(name: string): QueueKeys {
    let keys = this.#queues.get(name);
    if (keys === undefined) this.#queues.set(name, (keys = this.#build(name)));
    return keys;
  }

  /** Marks a receive whose answer was lost, so that a late copy of it takes nothing. */
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
