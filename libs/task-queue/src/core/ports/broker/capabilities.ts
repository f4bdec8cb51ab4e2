/** What a transport can do. What it cannot is refused at boot, naming the option and a transport that can. */
export interface BrokerCapabilities {
  /** the transport's name, for messages: 'memory', 'redis' */
  readonly name: string;
  /** work survives the end of this process, and other processes can reach it */
  readonly durable: boolean;
  readonly priorities: boolean;
  readonly delay: boolean;
  /** finished ids are remembered for `dedupRetention` where it matters; false = a resend may fork */
  readonly dedup: boolean;
  /** a message can hold a unique key; false = a publication with one is refused */
  readonly unique: boolean;
  /** messages can be let through at a rate; false = a publication with a limit is refused */
  readonly rateLimits: boolean;
  /** a settlement saves its result in the same atomic step when broker and results are one store */
  readonly atomicResults: boolean;
  /** a settlement publishes its follow-ups in the same atomic step */
  readonly atomicFollowUps: boolean;
  /** a settlement counts its arrivals at joins in the same atomic step when broker and joins are one store */
  readonly atomicJoins: boolean;
}
