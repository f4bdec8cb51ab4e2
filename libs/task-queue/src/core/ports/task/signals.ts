import type { TaskState } from '../../message/task-state.js';
import type { TaskContext } from './task-context.js';

/** How many schedules of the code were new, changed or gone at the boot. */
export interface SyncedSchedules {
  readonly created: number;
  readonly changed: number;
  readonly removed: number;
}

/** The fields of every signal about a task. */
export interface TaskSignal {
  readonly id: string;
  readonly task: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly queue: string;
  readonly retries: number;
  readonly rootId: string;
  readonly parentId: string | null;
}

/** The fields of a signal that a worker sends. */
export interface WorkerTaskSignal extends TaskSignal {
  /** the caller's own headers */
  readonly headers: Readonly<Record<string, unknown>>;
  /** name of the worker */
  readonly worker: string;
}

/** The fields of a signal about a run. */
export interface RunSignal extends WorkerTaskSignal {
  readonly context: TaskContext;
}

export interface WorkerSignal {
  /** name of the worker */
  readonly worker: string;
  readonly queues: readonly string[];
  readonly concurrency: number;
  readonly pool: string;
}

export interface ProcessSignal {
  /** name of the worker whose tasks the process runs */
  readonly worker: string;
  readonly pid: number;
}

/** The signals that are supported, by Celery's names, with their payloads. */
export interface SignalPayloads {
  /** `headers` are the call's own, and may be added to until the listener first awaits */
  before_task_publish: TaskSignal & { readonly headers: Record<string, unknown> };
  /** the broker has it; `deduplicated`: it had it before, as far as that is known of links and retries */
  after_task_publish: TaskSignal & { readonly headers: Readonly<Record<string, unknown>>; readonly deduplicated: boolean };
  /** a worker has taken a message up, to run it or to end it without a run */
  task_received: WorkerTaskSignal & { readonly redelivered: boolean };
  task_prerun: RunSignal;
  /** the run has ended, however it did; PENDING: it goes back, or is another worker's */
  task_postrun: RunSignal & { readonly state: TaskState; readonly result?: unknown; readonly error?: unknown };
  task_success: RunSignal & { readonly result: unknown };
  /** it failed, or asked to be run again, and will be: after `due` */
  task_retry: RunSignal & { readonly error: unknown; readonly due: { readonly delay: number } | { readonly eta: number } };
  /** it failed for good. `expected`: by one of its `throws`, or by Discard */
  task_failure: RunSignal & { readonly error: unknown; readonly expected: boolean };
  task_revoked: RunSignal & { readonly terminated: boolean; readonly expired: boolean };
  /** a task threw Reject, or a message cannot be read (`task` is then null) */
  task_rejected: {
    readonly id: string;
    readonly task: string | null;
    readonly queue: string;
    readonly requeue: boolean;
    readonly error: unknown;
    readonly worker: string;
  };
  /** no handler of that name is here; the message is parked */
  task_unknown: WorkerTaskSignal & { readonly error: unknown };
  /** the worker could not handle a delivery; it comes again, charged like the loss of a worker */
  task_internal_error: { readonly id: string; readonly queue: string; readonly error: unknown; readonly worker: string };
  /** a worker has published messages of the outbox; `lag`: ms that the oldest of them had waited. No signal of Celery's */
  outbox_relayed: { readonly queue: string; readonly count: number; readonly lag: number };
  /** a beat of this process has sent the run of a tick; `lateness`: ms after it was due. No signal of Celery's */
  schedule_tick_sent: {
    readonly schedule: string;
    readonly name: string;
    readonly task: string;
    /** of the run */
    readonly id: string;
    readonly tick: number;
    readonly lateness: number;
  };
  /** a beat begins to send */
  beat_init: { readonly timezone: string; readonly schedules: SyncedSchedules };
  /** before a worker starts */
  worker_init: WorkerSignal;
  /** it consumes */
  worker_ready: WorkerSignal;
  /** it takes no more work */
  worker_shutting_down: WorkerSignal;
  /** it has ended; listeners are awaited for at most `abortGrace` */
  worker_shutdown: WorkerSignal;
  /** in each process that runs tasks, before its first */
  worker_process_init: ProcessSignal;
  /** in each process that runs tasks, after its last */
  worker_process_shutdown: ProcessSignal;
}

export type SignalName = keyof SignalPayloads;

export type Signal<N extends SignalName> = (payload: SignalPayloads[N]) => Promise<void> | void;

/** How the core sends signals. A signal without a listener is absent, so that its payload is not built. */
export type Signals = { readonly [N in SignalName]?: Signal<N> };
