import type { CompressionName, SerializerName } from '../../message/content-options.js';
import type { Duration } from '../../message/duration.js';
import type { UniqueOptions } from './unique-options.js';

/** A task as a producer sees it: what a decorator or a contract says of it, without an instance. */
export interface DeclaredTask {
  readonly name: string;
  /** the method that carries it */
  readonly method: string;
  readonly queue?: string;
  readonly priority?: number;
  readonly expires?: Duration;
  readonly serializer?: SerializerName;
  readonly compression?: CompressionName;
  readonly tags?: readonly string[];
  readonly unique?: boolean | UniqueOptions;
  /** as '10/s', or a number a second */
  readonly rateLimit?: string | number;
}
