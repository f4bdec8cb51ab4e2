export * from './errors/index.js';
export type { Duration } from './message/duration.js';
export type { TaskHeaders, TaskMessage } from './message/task-message.js';
export type { SerializedError, TaskResultRecord } from './message/task-result.js';
export type { KnownTaskState, TaskState } from './message/task-state.js';
export * from './ports/index.js';
export type { OnTaskError, TaskErrorReport } from './attempt/error-report.js';
export type { BeatHealth } from './beat/beat.js';
export type { BeatOptionsInput } from './beat/beat-options.js';
export type { PeriodicSettings, ScheduleSettings } from './beat/schedule-settings.js';
export { TaskSchedules, type BackfillRange, type BackfillReport, type SchedulePatch } from './beat/task-schedules.js';
export { Listeners } from './attempt/listeners.js';
export { AsyncResult, type GetOptions } from './client/async-result.js';
export type { AskOptions, WorkerReply } from './client/ask-workers.js';
export type { CallOptions } from './client/call-options.js';
export type { PublishRetryInput } from './client/publish-retry.js';
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
} from './client/routes.js';
export { signature, type Signature, type SignatureOptions } from './canvas/signature.js';
export type {
  DeadLetterFilter,
  DeadLetterList,
  DeadLetterListOptions,
  DeadLetters,
  DeadTask,
  RedriveReport,
  RefusedRedrive,
} from './client/dead-letters.js';
export type { Queues, WorkerChoice } from './client/queues.js';
export type { FailedAttempt } from './message/failed-attempt.js';
export type { ClientOptionsInput } from './client/client-options.js';
export type { ContentOptionsInput } from './client/content-options.js';
export type { EncryptOptionsInput, SignOptionsInput } from './client/key-ring.js';
export type { CompressionName, SerializerName } from './message/content-options.js';
export { TaskClient, type TransactionalCalls } from './client/task-client.js';
export type { TransactionOwner } from './outbox/open-transaction.js';
export type { OutboxOptionsInput } from './outbox/outbox-options.js';
export { Outbox, type OutboxStats } from './outbox/outbox.js';
export { TaskControl, type TimeLimitChange } from './client/task-control.js';
export { TaskInspect, type Replies } from './client/task-inspect.js';
export * from './client/task-types.js';
export type { AnnotationsInput } from './policies/annotations.js';
export type { RetryPolicyInput } from './policies/retry-options.js';
export type { TransactionalOptions } from './policies/transactional-options.js';
export type { TaskOptionsInput, WorkerTaskOptions } from './policies/task-options.js';
export { clocked, type ClockedOptions } from './schedules/clocked.js';
export { cron, crontab, type CrontabField, type CrontabInput } from './schedules/crontab.js';
export type { ExclusionInput } from './schedules/exclusions.js';
export { every, type IntervalOptions } from './schedules/interval.js';
export type { Moment } from './schedules/moment.js';
export type * from './schedules/schedule.js';
export type { CrontabOptions, RecurrenceOptions } from './schedules/schedule-options.js';
export { solar } from './schedules/solar.js';
export type { ScheduleInput, SolarInput } from './schedules/to-schedule.js';
export { Worker, type WorkerHealth } from './worker/worker.js';
export type { WorkerOptionsInput } from './worker/worker-options.js';
export * from './nest/index.js';
