/** One way of writing content. What it gives is text or bytes; what it reads is data of whoever can write to the broker. */
export interface Serializer {
  readonly name: string;
  /** whether it writes text */
  readonly isText: boolean;
  /** the value as text, or as bytes; it has passed `findJsonProblem` */
  serialize(value: unknown): string | Uint8Array;
  /** @throws when it cannot be read, or brings what no value of ours has */
  deserialize(data: Buffer): unknown;
}
