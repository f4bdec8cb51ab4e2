/**
 * Differences between brokers that change what an application may use or how a worker settles. All other behaviour of
 * {@link Broker} is the same for every engine. An option that needs an absent capability is refused at boot, or at the call.
 */
export interface BrokerCapabilities {
  /** the engine's name, for messages: 'memory', 'redis' */
  readonly name: string;
  /** false = `priority` is refused */
  readonly priorities: boolean;
  /** finished ids are remembered for `dedupRetention`, so that sending one again changes nothing; false = `outbox` is refused, and after a crash a link may be sent twice */
  readonly dedup: boolean;
  /** a message can hold a unique key; false = `unique` is refused */
  readonly unique: boolean;
  /** messages of one key can be handed out at a rate; false = `rateLimit` is refused */
  readonly rateLimits: boolean;
  /** a settlement saves its result in the same atomic step if broker and results are one store; false = the worker saves it before */
  readonly atomicResults: boolean;
  /** a settlement publishes its follow-ups in the same atomic step; false = the worker publishes them before */
  readonly atomicFollowUps: boolean;
  /**
   * What keeps a delivery with its consumer. `renewed`: the consumer renews its leases from a thread. `connection`: the
   * broker keeps it until the consumer's connection ends, so `lease` and `maxLoopBlock` are refused. `visibility`: the
   * broker hides it for the time of `lease` and no thread renews it, so `maxLoopBlock` is refused.
   */
  readonly leases: 'renewed' | 'connection' | 'visibility';
}
