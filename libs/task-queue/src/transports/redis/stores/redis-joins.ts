import { checkJoin } from '../../../core/ports/stores/join-store.js';
import type { Join, JoinArrival, JoinReceipt, JoinStore, JoinToOpen } from '../../../core/ports/stores/join-store.js';
import { chunks } from '../../../core/ports/stores/chunks.js';
import { callStore } from '../connection/call-store.js';
import { encodeArrival, readJoin, readJoinAnswers } from './join-code.js';
import type { JoinAnswer } from './join-code.js';
import type { RedisContext } from '../redis-context.js';
import type { ScriptName } from '../connection/scripts.js';

/** The most ids of complete joins that one call returns. */
const MAX_LISTED = 3_000;

/** Keeps each join as a hash that expires. settle.lua counts the arrivals of settlements. */
export class RedisJoins implements JoinStore {
  constructor(private readonly context: RedisContext) {}

  async open(joins: readonly JoinToOpen[]): Promise<void> {
    joins.forEach(checkJoin);
    for (const some of chunks(joins)) {
      const args = some.flatMap(({ id, members, body, expires }) => [id, String(members), body, String(Math.max(1, Math.ceil(expires)))]);
      await this.#ask('Opening joins', 'openJoins', args);
    }
  }

  async arrive(arrivals: readonly JoinArrival[]): Promise<JoinReceipt[]> {
    const args = arrivals.flatMap(encodeArrival);
    if (args.length === 0) return [];
    return readJoinAnswers((await this.#ask('Arriving at joins', 'arrive', args)) as JoinAnswer[]);
  }

  async load(id: string): Promise<Join | null> {
    return readJoin(id, (await this.#ask('Loading a join', 'loadJoin', [id])) as string[]);
  }

  async close(ids: readonly string[]): Promise<void> {
    for (const some of chunks(ids)) await this.#ask('Closing joins', 'closeJoins', some);
  }

  async complete(limit: number): Promise<string[]> {
    if (limit <= 0) return [];
    return (await this.#ask('Looking for complete joins', 'completeJoins', [String(Math.min(Math.floor(limit), MAX_LISTED))])) as string[];
  }

  #ask(what: string, script: ScriptName, args: readonly string[]): Promise<unknown> {
    const { commands, keys } = this.context;
    return callStore(commands, what, script, [keys.join, keys.completeJoins], [this.context.offset(), ...args]);
  }
}
