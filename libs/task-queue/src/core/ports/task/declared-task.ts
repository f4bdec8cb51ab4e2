import type { CompressionName, SerializerName } from '../../message/content-options.js';
import type { Duration } from '../../message/duration.js';
import type { UniqueOptions } from './unique-options.js';

/** Options of a task that matter when it is called. Annotations, contracts and calls can set them too. */
export interface PublishingOptions {
  /** queue of its calls; a queue named at the call wins */
  readonly queue?: string;
  /** 0–9, higher first; default 5 */
  readonly priority?: number;
  /** a call that has not started this long after it was sent ends as REVOKED */
  readonly expires?: Duration;
  /** how arguments and results are written; default: the module's. It must be in `acceptContent` */
  readonly serializer?: SerializerName;
  /** 'gzip', 'brotli' or 'none'; default: the module's */
  readonly compression?: CompressionName;
  /** words that results can be searched by; a call adds its own */
  readonly tags?: readonly string[];
  /** one call with the same arguments (or key) at a time: true, or how; a call can override it */
  readonly unique?: boolean | UniqueOptions;
  /** how often it runs at most, over all workers: '10/s', '100/m', '100/h', or a number per second; default: no limit */
  readonly rateLimit?: string | number;
}

/** A task as its callers know it. */
export interface CalledTask extends PublishingOptions {
  readonly name: string;
}

/** A task as a decorator or a contract declares it, without an instance. */
export interface DeclaredTask extends CalledTask {
  /** the method that carries it */
  readonly method: string;
}
