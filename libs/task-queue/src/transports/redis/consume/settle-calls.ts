import type { RevokedDelivery, Settlement } from '../../../core/ports/broker/consumer.js';
import type { Accepted, SettleCalls } from '../../shared/leases/settle-queue.js';
import { ConnectionLostError, isTransient } from '../../shared/store-errors.js';
import { ServerRefusedError } from '../connection/redis-errors.js';
import type { QueueKeys } from '../connection/redis-keys.js';
import type { RedisContext } from '../redis-context.js';
import { addReceipts, readRevoked, type SettleAnswer } from './settle-answer.js';
import { encodeSettlements, type EncodedBatch } from './settle-batch.js';

/** ms for which the server keeps the answer of a settle call, for a repetition */
const ANSWER_TTL = 600_000;
const USABLE_WAIT = 1_000;

/** Calls settle.lua for the deliveries that one consumer received from one queue. */
export class RedisSettleCalls implements SettleCalls<EncodedBatch> {
  constructor(
    private readonly context: RedisContext,
    private readonly queue: QueueKeys,
    private readonly consumer: string,
  ) {}

  encode(settlements: readonly Settlement[], size: number): EncodedBatch {
    return encodeSettlements(settlements, this.context.options.deadLetterLimit, size);
  }

  async send(batch: EncodedBatch, number: number, _again: boolean, accepted: Accepted): Promise<readonly RevokedDelivery[]> {
    const { commands, keys, options, offset } = this.context;
    if (!(await commands.usable(USABLE_WAIT))) throw new ConnectionLostError(false, 'not connected');
    const { queue, consumer } = this;
    const scriptKeys = [
      queue.base,
      queue.call(consumer),
      keys.queues,
      keys.revoked,
      keys.terminate,
      keys.waiters,
      keys.result,
      keys.join,
      keys.completeJoins,
    ];
    for (const target of batch.targets) scriptKeys.push(keys.queue(target).base);
    const head = [offset(), String(number), String(ANSWER_TTL), String(options.dedupRetention), keys.resultsChannel];
    const answer = (await commands.script('settle', scriptKeys, head.concat(batch.args))) as SettleAnswer;
    const [flags, details, ...revoked] = answer;
    addReceipts(accepted, flags, details, batch.order);
    return readRevoked(revoked);
  }

  /** Whatever else the server refuses now, it may accept later: finished work waits for that, because it would be done again. */
  passes(error: unknown): boolean {
    return isTransient(error) || (error instanceof ServerRefusedError && !error.ofArguments);
  }
}
