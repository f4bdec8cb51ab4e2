import { randomBytes } from 'node:crypto';
import type { Publication, PublishReceipt } from '../../../core/ports/broker/publication.js';
import { chunks } from '../../../core/ports/stores/chunks.js';
import { checkPublication } from '../../shared/check-publication.js';
import { pause } from '../../shared/pause.js';
import { UncertainParcels, type Parcel } from '../../shared/uncertain-parcels.js';
import { ConnectionLostError, isTransient } from '../../shared/store-errors.js';
import { callStore, toBrokerError, unavailable } from '../connection/call-store.js';
import { monotonic } from '../../shared/monotonic.js';
import { encodePublication } from './publication-code.js';
import { readPublishAnswer, wasHeldBack } from './publish-answer.js';
import { AnswerDeadlines } from '../connection/answer-deadlines.js';
import type { RedisContext } from '../redis-context.js';
import { ServerRefusedError } from '../connection/redis-errors.js';
import type { QueueKeys } from '../connection/redis-keys.js';
import type { ScriptName } from '../connection/scripts.js';

/** ms for which the server knows a nonce, and for which an uncertain publish is remembered here */
const NONCE_TTL = 600_000;
const NONCE_TTL_TEXT = String(NONCE_TTL);
const RETRY_PAUSE = 25;
/** ms after which a queue is added to the list of known queues again, in case the list was emptied */
const NAME_AGAIN = 10_000;
const WHAT = 'Publishing';

/** The publications of one script call to one queue. A second copy of the call changes nothing: its nonce is known by then. */
interface RedisParcel extends Parcel {
  readonly queue: QueueKeys;
  readonly nonce: string;
  /** when it has arrived (see publish-answer.ts) */
  answer: string;
}

/** A script call. The keys of nonces to forget may follow its keys. */
interface PublishCall {
  readonly script: ScriptName;
  readonly keys: readonly string[];
  readonly args: readonly string[];
  /** the call adds the queue to the list of known queues */
  readonly names: boolean;
}

/**
 * Publishes in batches. Each script call carries a nonce: if its answer is lost, it is sent again on the next connection and takes
 * effect once. A publish that stays uncertain is remembered, and its fate is looked up when its ids are published again.
 */
export class RedisPublisher {
  /** Nonces of calls that were answered at the first try. No copy of them can arrive late, so the next call forgets them. */
  readonly #answered = new Map<QueueKeys, string[]>();
  /** the start of this publisher's nonces; the number of the call follows */
  readonly #self = randomBytes(9).toString('base64url');
  #calls = 0;
  readonly #uncertain = new UncertainParcels<RedisParcel>({
    remembered: NONCE_TTL,
    lookUp: (parcel, deadline) => this.#lookUp(parcel, deadline),
    isHeldBack: ({ answer }, at) => wasHeldBack(answer, at),
  });
  readonly #deadlines: AnswerDeadlines;
  /** monotonic ms until which a queue need not be added to the known queues again */
  readonly #named = new Map<QueueKeys, number>();

  constructor(private readonly context: RedisContext) {
    this.#deadlines = new AnswerDeadlines(context.commands);
  }

  async publish(publications: readonly Publication[], timeout: number): Promise<PublishReceipt[]> {
    if (publications.length === 0) return [];
    for (const publication of publications) checkPublication(publication);
    const deadline = monotonic() + timeout;
    const receipts = new Array<PublishReceipt>(publications.length);
    let places = [...publications.keys()];
    // No needless await: the call leaves while its caller still makes the next ones.
    if (!this.#uncertain.isEmpty) {
      await this.#uncertain.writeArrived(publications, receipts, deadline);
      places = places.filter((place) => receipts[place] === undefined);
    }
    const parcels = this.#pack(places, publications);
    try {
      if (parcels.length === 1) await this.#deliver(parcels[0]!, receipts, deadline);
      else await allDone(parcels.map((parcel) => this.#deliver(parcel, receipts, deadline)));
      return receipts;
    } catch (error) {
      throw this.#uncertain.remember(parcels, error) ?? (isOfStore(error) ? unavailable(WHAT, error) : error);
    }
  }

  #pack(places: readonly number[], publications: readonly Publication[]): RedisParcel[] {
    const byQueue = new Map<string, number[]>();
    for (const place of places) {
      const queue = publications[place]!.queue;
      const list = byQueue.get(queue);
      if (list === undefined) byQueue.set(queue, [place]);
      else list.push(place);
    }
    const parcels: RedisParcel[] = [];
    for (const [queue, all] of byQueue) {
      const keys = this.context.keys.queue(queue);
      for (const some of chunks(all)) {
        const nonce = `${this.#self}.${(this.#calls++).toString(36)}`;
        const inside = some.map((place) => publications[place]!);
        parcels.push({ queue: keys, publications: inside, places: some, nonce, state: 'unsent', answer: '' });
      }
    }
    return parcels;
  }

  async #deliver(parcel: RedisParcel, receipts: PublishReceipt[], deadline: number): Promise<void> {
    const { commands } = this.context;
    const { script, keys, args, names } = this.#callOf(parcel);
    let tries = 0;
    for (;;) {
      if (commands.usableSince === null && !(await commands.usable(deadline - monotonic()))) throw unavailable(WHAT, commands.failure);
      const spent = this.#takeAnswered(parcel.queue);
      try {
        tries += 1;
        const call = commands.script(script, spent.length === 0 ? keys : keys.concat(spent), args);
        // A silent connection is dropped while there is still time to repeat the call on a new one.
        const left = deadline - monotonic();
        arrive(parcel, String(await this.#deadlines.within(call, left * 0.6, left)));
        if (names) this.#named.set(parcel.queue, monotonic() + NAME_AGAIN);
        if (tries === 1) this.#noteAnswered(parcel);
        return writeReceipts(parcel, receipts);
      } catch (error) {
        if (!isTransient(error)) throw toBrokerError(WHAT, error);
        if (error instanceof ConnectionLostError && error.sent) parcel.state = 'sent';
        if (monotonic() >= deadline) throw error;
        await pause(Math.min(RETRY_PAUSE, deadline - monotonic()));
      }
    }
  }

  #callOf({ queue, publications, nonce }: RedisParcel): PublishCall {
    const plain = publications.every(isPlain);
    const nonceKey = queue.nonce(nonce);
    if (plain && publications.length === 1 && this.#isNamed(queue)) {
      const { id, body, priority } = publications[0]!;
      const keys = [queue.base, nonceKey, this.context.keys.queues];
      return { script: 'publishOne', keys, args: [id, body, String(priority), NONCE_TTL_TEXT, queue.name], names: false };
    }
    const { dedupRetention } = this.context.options;
    const args = [plain ? '' : this.context.offset(), queue.name, String(dedupRetention), NONCE_TTL_TEXT];
    for (const one of publications) args.push(one.id, one.body, encodePublication(one));
    const keys = [queue.base, this.context.keys.queues, nonceKey, this.context.keys.revoked];
    return { script: plain ? 'publishPlain' : 'publish', keys, args, names: true };
  }

  /** Whether the queue is in the list of known queues, and need not be added again yet. */
  #isNamed(queue: QueueKeys): boolean {
    return (this.#named.get(queue) ?? 0) > monotonic();
  }

  #takeAnswered(queue: QueueKeys): string[] {
    const spent = this.#answered.get(queue);
    if (spent === undefined || spent.length === 0) return [];
    this.#answered.set(queue, []);
    return spent.map((nonce) => queue.nonce(nonce));
  }

  #noteAnswered(parcel: RedisParcel): void {
    const spent = this.#answered.get(parcel.queue);
    if (spent === undefined) this.#answered.set(parcel.queue, [parcel.nonce]);
    else if (spent.length < 500) spent.push(parcel.nonce);
  }

  async #lookUp(parcel: RedisParcel, deadline: number): Promise<void> {
    const key = parcel.queue.nonce(parcel.nonce);
    const answer = await callStore(this.context.commands, WHAT, 'publishFate', [key], [NONCE_TTL_TEXT], deadline - monotonic());
    if (answer === null) parcel.state = 'unsent';
    else arrive(parcel, answer as string);
  }
}

function arrive(parcel: RedisParcel, answer: string): void {
  parcel.state = 'arrived';
  parcel.answer = answer;
}

function writeReceipts({ answer, publications, places }: RedisParcel, receipts: PublishReceipt[]): void {
  readPublishAnswer(answer, publications).forEach((receipt, at) => (receipts[places[at]!] = receipt));
}

/** Whether a publication is ready at once and has no trace, unique key or limit. */
function isPlain({ due, traced, unique, limit }: Publication): boolean {
  return due === undefined && !traced && unique === undefined && limit === undefined;
}

function isOfStore(error: unknown): error is ConnectionLostError | ServerRefusedError {
  return error instanceof ConnectionLostError || error instanceof ServerRefusedError;
}

/** Waits for all. @throws the error of the first one that failed */
async function allDone(all: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(all)).find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
