import { InvalidOptionError } from '../../errors/option-errors.js';

/** The keys of one queue in the order that the scripts expect (`queue_at` in scripts/prelude.lua). */
const QUEUE_KEYS = [
  /** HASH id → encoded message */
  'msg',
  /** base of ten LISTs of ids, one for each priority */
  'ready:',
  /** LIST of `<priority><id>`: waiting messages that were revoked, before all others */
  'front',
  /** ZSET `<priority><id>` by due ms */
  'delayed',
  /** ZSET `<priority><id>:<token>` by expiry ms */
  'leased',
  /** HASH id → lost leases; written on redelivery only */
  'deliveries',
  /** LIST of `<priority><id>` with two lost leases or more */
  'suspects',
  /** ZSET id by the ms of its death; the body stays in msg */
  'dead',
  /** HASH id → JSON of reason, detail and attempts */
  'dead-info',
  /** LIST of at most one item: a hint for waiting workers */
  'wake',
  /** ZSET of finished ids by the ms until which they are remembered */
  'trace',
  /** exists while the queue is paused */
  'paused',
] as const;

export interface QueueKeys {
  readonly name: string;
  /** in the order that scripts expect */
  readonly all: readonly string[];
  readonly msg: string;
  readonly ready: string;
  readonly delayed: string;
  readonly leased: string;
  readonly suspects: string;
  readonly dead: string;
  readonly deadInfo: string;
  readonly wake: string;
  readonly paused: string;
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
  /** base of the STRINGs that hold results */
  readonly result: string;
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
    this.waiters = `${prefix}:waiters`;
    this.result = `${prefix}:result:`;
    this.resultsChannel = `${prefix}:results`;
    this.controlChannel = `${prefix}:control`;
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
    const all = QUEUE_KEYS.map((key) => base + key);
    const of = (key: (typeof QUEUE_KEYS)[number]): string => base + key;
    return {
      name,
      all,
      msg: of('msg'),
      ready: of('ready:'),
      delayed: of('delayed'),
      leased: of('leased'),
      suspects: of('suspects'),
      dead: of('dead'),
      deadInfo: of('dead-info'),
      wake: of('wake'),
      paused: of('paused'),
      nonce: (nonce) => `${base}nonce:${nonce}`,
      call: (consumer) => `${base}call:${consumer}`,
    };
  }
}
