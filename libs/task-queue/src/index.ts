export * from './core/errors/index.js';
export type { Duration } from './core/message/duration.js';
export type { TaskHeaders, TaskMessage } from './core/message/task-message.js';
export type { SerializedError, TaskResultRecord } from './core/message/task-result.js';
export type { KnownTaskState, TaskState } from './core/message/task-state.js';
export * from './core/ports/index.js';
export type { OnTaskError, TaskErrorReport } from './core/attempt/listening/error-report.js';
export type { BeatHealth } from './core/beat/beat.js';
export type { BeatOptionsInput } from './core/beat/beat-options.js';
export type { PeriodicSettings, ScheduleSettings } from './core/beat/schedule-settings.js';
export { TaskSchedules, type BackfillRange, type BackfillReport, type SchedulePatch } from './core/beat/task-schedules.js';
export { Listeners } from './core/attempt/listening/listeners.js';
export { AsyncResult, type GetOptions } from './core/client/async-result.js';
export type { AskOptions, WorkerReply } from './core/control/ask-workers.js';
export type { CallOptions } from './core/canvas/call-options.js';
export type { PublishRetryInput } from './core/policies/retry/publish-retry.js';
export type {
  Route,
  RoutedCall,
  RouteFunction,
  RoutePair,
  Routes,
  RouteSource,
  RouteTable,
  TaskRouter,
  TaskRouterClass,
} from './core/client/routing/routes.js';
export { signature, type Signature, type SignatureOptions } from './core/canvas/signature.js';
export type {
  DeadLetterFilter,
  DeadLetterList,
  DeadLetterListOptions,
  DeadLetters,
  DeadTask,
  RedriveReport,
  RefusedRedrive,
} from './core/client/operations/dead-letters.js';
export type { Queues, WorkerChoice } from './core/client/operations/queues.js';
export type { FailedAttempt } from './core/message/failed-attempt.js';
export type { ClientOptionsInput } from './core/client/options/client-options.js';
export type { ContentOptionsInput } from './core/client/options/content-options.js';
export type { EncryptOptionsInput, SignOptionsInput } from './core/client/options/key-ring.js';
export type { CompressionName, SerializerName } from './core/message/content-options.js';
export { TaskClient, type TransactionalCalls } from './core/client/task-client.js';
export type { TransactionOwner } from './database/outbox/open-transaction.js';
export type { OutboxOptionsInput } from './database/outbox/outbox-options.js';
export { Outbox, type OutboxStats } from './database/outbox/outbox.js';
export { TaskControl, type TimeLimitChange } from './core/control/task-control.js';
export { TaskInspect, type Replies } from './core/control/task-inspect.js';
export * from './core/client/task-types.js';
export type { AnnotationsInput } from './core/policies/annotations.js';
export type { RetryPolicyInput } from './core/policies/retry/retry-options.js';
export type { TransactionalOptions } from './core/policies/transactional-options.js';
export type { TaskOptionsInput, WorkerTaskOptions } from './core/policies/task-options.js';
export { clocked, type ClockedOptions } from './core/schedules/clocked.js';
export { cron, crontab, type CrontabField, type CrontabInput } from './core/schedules/crontab/crontab.js';
export type { ExclusionInput } from './core/schedules/exclusions.js';
export { every, type IntervalOptions } from './core/schedules/interval.js';
export type { Moment } from './core/schedules/moment.js';
export type * from './core/schedules/schedule.js';
export type { CrontabOptions, RecurrenceOptions } from './core/schedules/schedule-options.js';
export { solar } from './core/schedules/solar/solar.js';
export type { ScheduleInput, SolarInput } from './core/schedules/to-schedule.js';
export { Worker, type WorkerHealth } from './core/worker/worker.js';
export type { WorkerOptionsInput } from './core/worker/worker-options.js';
export * from './nest/index.js';
