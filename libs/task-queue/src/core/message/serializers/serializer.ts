/** One way of writing content, as text or bytes. It reads untrusted data: anyone who can write to the broker may have sent it. */
export interface Serializer {
  readonly name: string;
  /** whether it writes text */
  readonly isText: boolean;
  /** the value as text, or as bytes; it has passed `findJsonProblem` */
  serialize(value: unknown): string | Uint8Array;
  /** @throws when it cannot be read, or brings what no value of ours has */
  deserialize(data: Buffer): unknown;
}
