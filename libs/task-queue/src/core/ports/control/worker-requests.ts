import type { QueueCounts } from './inspector.js';

/** The requests that a running worker answers, each with its arguments and the answer of one worker. The names are Celery's. */
export interface WorkerRequests {
  ping: { args: NoArgs; answer: 'pong' };
  active: { args: NoArgs; answer: readonly ActiveTask[] };
  reserved: { args: NoArgs; answer: readonly ReservedTask[] };
  scheduled: { args: NoArgs; answer: readonly ScheduledWork[] };
  registered: { args: NoArgs; answer: readonly RegisteredTask[] };
  stats: { args: NoArgs; answer: WorkerStats };
  revoked: { args: NoArgs; answer: readonly string[] };
  activeQueues: { args: NoArgs; answer: readonly ActiveQueue[] };
  queryTask: { args: { readonly ids: readonly string[] }; answer: readonly FoundTask[] };
  conf: { args: NoArgs; answer: WorkerConfiguration };
  timeLimit: { args: TimeLimits & { readonly task: string }; answer: null };
  poolGrow: { args: PoolStep; answer: PoolSize };
  poolShrink: { args: PoolStep; answer: PoolSize };
  addConsumer: { args: QueueChoice; answer: readonly ActiveQueue[] };
  cancelConsumer: { args: QueueChoice; answer: readonly ActiveQueue[] };
  shutdown: { args: NoArgs; answer: null };
}

export type WorkerRequest = keyof WorkerRequests;
export type RequestArgs<M extends WorkerRequest> = WorkerRequests[M]['args'];
export type RequestAnswer<M extends WorkerRequest> = WorkerRequests[M]['answer'];

export type NoArgs = Readonly<Record<string, never>>;

/** A message that a worker holds. Arguments are text as a person reads it, shortened, without what `redactArgs` names. */
export interface HeldTask {
  readonly id: string;
  /** null = this worker cannot read it */
  readonly task: string | null;
  readonly queue: string;
  readonly priority: number;
  /** attempts before this one */
  readonly retries: number;
  readonly args: string;
  readonly kwargs: string;
  /** an earlier delivery of it lost its lease */
  readonly redelivered: boolean;
}

/** One that is held and has not started. */
export type ReservedTask = HeldTask;

/** One that runs now. */
export interface ActiveTask extends HeldTask {
  /** epoch ms by the worker's clock */
  readonly startedAt: number;
  /** epoch ms at which its soft time limit ends; null = none */
  readonly deadline: number | null;
  /** acknowledged before it ran */
  readonly acknowledged: boolean;
  /** the code of the error that its signal was aborted with; null = not aborted */
  readonly ending: string | null;
}

/** Delayed and limited messages of a queue of the worker. They wait in the broker, never in the worker. */
export interface ScheduledWork extends Pick<QueueCounts, 'delayed' | 'limited'> {
  readonly queue: string;
}

/** A task that the worker has a handler for, with its effective options. Durations are ms. */
export interface RegisteredTask {
  readonly name: string;
  readonly queue: string | null;
  readonly maxRetries: number | null;
  /** ms from one run to the next */
  readonly rateLimit: number | null;
  readonly softTimeLimit: number | null;
  readonly timeLimit: number | null;
  readonly acksLate: boolean;
  readonly ignoreResult: boolean;
  readonly transactional: boolean;
}

export interface WorkerStats {
  readonly pid: number;
  readonly host: string;
  /** ms since it began to consume */
  readonly uptime: number;
  /** it is shutting down and finishes the deliveries that it holds */
  readonly stopping: boolean;
  /** deliveries that it has started to process, whatever their outcome */
  readonly begun: number;
  readonly pool: {
    readonly name: string;
    readonly concurrency: number;
    readonly running: number;
    /** deliveries held beyond the running ones, and their maximum */
    readonly reserved: number;
    readonly prefetch: number;
  };
  readonly broker: string;
  /** that it consumes */
  readonly queues: readonly string[];
  /** epoch ms of the broker's last answer to a fetch */
  readonly lastReceiveAt: number;
  /** bytes */
  readonly memory: { readonly rss: number; readonly heapUsed: number; readonly heapTotal: number };
  /** µs of this process */
  readonly cpu: { readonly user: number; readonly system: number };
}

export interface ActiveQueue {
  readonly name: string;
  /** the queue of this worker alone, for calls that name it */
  readonly direct: boolean;
}

export type FoundTask =
  | { readonly id: string; readonly state: 'active'; readonly task: ActiveTask }
  | { readonly id: string; readonly state: 'reserved'; readonly task: ReservedTask };

/** The effective options of a worker and of its TaskQueueModule, without passwords and keys. */
export interface WorkerConfiguration {
  readonly worker: Readonly<Record<string, unknown>>;
  readonly queue: Readonly<Record<string, unknown>>;
}

export interface TimeLimits {
  /** ms; null = none */
  readonly soft?: number | null;
  readonly hard?: number | null;
}

export interface PoolStep {
  readonly by: number;
}

export interface PoolSize {
  readonly concurrency: number;
}

export interface QueueChoice {
  readonly queue: string;
}
