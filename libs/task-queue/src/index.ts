// What an application uses. Ports, and helpers for writing a transport, are in 'nestjs-task-queue/spi'.
export * from './core/errors/boot-errors.js';
export * from './core/errors/call-errors.js';
export * from './core/errors/content-errors.js';
export * from './core/errors/control-errors.js';
export * from './core/errors/error-codes.js';
export * from './core/errors/option-errors.js';
export {
  BrokerFullError,
  BrokerRefusedError,
  BrokerUnavailableError,
  PublishUncertainError,
  TaskNotUniqueError,
} from './core/errors/publish-errors.js';
export * from './core/errors/result-errors.js';
export * from './core/errors/run-errors.js';
export * from './core/errors/schedule-errors.js';
export * from './core/errors/schema-errors.js';
export * from './core/errors/task-queue-error.js';
export * from './core/errors/transaction-errors.js';

// Defining tasks
export * from './core/attempt/semipredicates.js';
export { Listeners } from './core/attempt/listening/listeners.js';
export type { OnTaskError, TaskErrorReport } from './core/attempt/listening/error-report.js';
export type { Duration } from './core/message/duration.js';
export type { AnnotationsInput } from './core/policies/annotations.js';
export type { RetryPolicyInput, TaskOptionsInput } from './core/policies/task-options-input.js';
export type { WorkerTaskOptions } from './core/policies/task-options.js';
export type { TransactionalOptions } from './core/policies/transactional-options.js';
export * from './core/ports/task/brands.js';
export { outsideTransaction } from './core/ports/task/current-transaction.js';
export type {
  ProcessSignal,
  RunSignal,
  SignalName,
  SignalPayloads,
  SyncedSchedules,
  TaskSignal,
  WorkerSignal,
  WorkerTaskSignal,
} from './core/ports/task/signals.js';
export * from './core/ports/task/task-context.js';
export type { TaskHookEvents, TaskHookName } from './core/ports/task/task-hooks.js';
export type { IsolationLevel } from './core/ports/task/task-transactions.js';
export type { UniqueKeyOf, UniqueOptions } from './core/ports/task/unique-options.js';

// Calling tasks
export { signature } from './core/canvas/signature.js';
export type { CallOptions, Signature, SignatureOptions } from './core/canvas/call-options.js';
export { AsyncResult, type GetOptions } from './core/client/async-result.js';
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
export type { ClientOptionsInput } from './core/client/options/client-options.js';
export type { ContentOptionsInput } from './core/client/options/content-options.js';
export type { EncryptOptionsInput, SignOptionsInput } from './core/client/options/key-ring.js';
export type { OutboxOptionsInput } from './core/client/options/outbox-options.js';
export type { Route, RoutedCall, RouteFunction, Routes, TaskRouter } from './core/client/routing/routes.js';
export { TaskClient, type TransactionalCalls } from './core/client/task-client.js';
export {
  taskContract,
  type TaskArgs,
  type TaskContract,
  type TaskHandle,
  type TaskName,
  type TaskProxy,
  type TaskRegistry,
  type TaskResult,
} from './core/client/task-types.js';
export type { CompressionName, SerializerName } from './core/message/content-options.js';
export type { FailedAttempt } from './core/message/failed-attempt.js';
export type { TaskHeaders, TaskMessage } from './core/message/task-message.js';
export type { SerializedError, TaskResultRecord } from './core/message/task-result.js';
export type { KnownTaskState, TaskState } from './core/message/task-state.js';
export type { PublishRetryInput } from './core/policies/retry/publish-retry.js';
export type { TransactionOwner } from './core/ports/broker/transactional.js';
export type { QueueCounts } from './core/ports/control/inspector.js';
export type { DatabaseHandle, StoreAddress } from './core/ports/runtime/database-handle.js';

// Scheduling
export type { BeatHealth } from './core/beat/beat.js';
export type { BeatOptionsInput } from './core/beat/beat-options.js';
export type { PeriodicSettings, ScheduleSettings } from './core/beat/schedule-settings.js';
export { TaskSchedules, type BackfillRange, type BackfillReport, type SchedulePatch } from './core/beat/task-schedules.js';
export type { HistoryPage, HistoryPaging, ScheduleFilter, ScheduleListing, SchedulePage } from './core/ports/stores/schedule-store.js';
export type { CatchUp, RunOverlap, ScheduleDefinition, StoredSchedule, TickRecord } from './core/ports/stores/stored-schedule.js';
export { clocked, type ClockedOptions } from './core/schedules/clocked.js';
export { cron, crontab, type CrontabField, type CrontabInput } from './core/schedules/crontab/crontab.js';
export { every, type IntervalOptions } from './core/schedules/interval.js';
export type { Moment } from './core/schedules/moment.js';
export type { ClockedSchedule, CrontabSchedule, IntervalSchedule, Schedule, SolarEvent, SolarSchedule } from './core/schedules/schedule.js';
export type { CrontabOptions, RecurrenceOptions } from './core/schedules/schedule-options.js';
export { solar } from './core/schedules/solar/solar.js';
export type { ScheduleInput, SolarInput } from './core/schedules/to-schedule.js';

// Running workers
export type { AskOptions, WorkerReply } from './core/control/ask-workers.js';
export { TaskControl, type TimeLimitChange } from './core/control/task-control.js';
export { TaskInspect, type Replies } from './core/control/task-inspect.js';
export type {
  ActiveQueue,
  ActiveTask,
  FoundTask,
  RegisteredTask,
  ReservedTask,
  ScheduledWork,
  WorkerConfiguration,
  WorkerStats,
} from './core/ports/control/worker-requests.js';
export { systemClock, type Clock } from './core/ports/runtime/clock.js';
export type { LogFields, TaskLogger } from './core/ports/runtime/logger.js';
export type { WorkerOptionsInput } from './core/worker/worker-options.js';
export { Worker, type WorkerHealth } from './core/worker/worker.js';

// Nest
export { QueueInstance } from './assembly/queue-instance.js';
export { OnSignal, OnTask } from './nest/decorators/listener.decorators.js';
export { Ctx, FetchedBy } from './nest/decorators/parameter.decorators.js';
export { Periodic } from './nest/decorators/periodic.decorator.js';
export { Task, TaskDefaults } from './nest/decorators/task.decorator.js';
export type { WorkerApp } from './nest/lifecycle/load-worker-module.js';
export { NestTaskLogger } from './nest/lifecycle/nest-task.logger.js';
export { runBeat, runWorker, type RunningWorker, type RunWorkerOptions } from './nest/lifecycle/run-worker.js';
export { WorkerOrchestrator } from './nest/lifecycle/worker.orchestrator.js';
export type { PeriodicOptions, TaskDecoratorOptions } from './nest/metadata/task-metadata.js';
export { TaskQueueModule, type TaskQueueModuleExtras } from './nest/task-queue.module.js';
export { TaskWorkerModule, type TaskWorkerModuleExtras } from './nest/task-worker.module.js';
export { TASK_ROLE, type TaskRole } from './nest/tokens/task-role.js';
export {
  getQueueInstanceToken,
  getTaskClientToken,
  getTaskControlToken,
  getTaskInspectToken,
  getTaskSchedulesToken,
  InjectTaskClient,
  InjectTaskControl,
  InjectTaskInspect,
  InjectTaskSchedules,
  TASK_CLOCK,
  TASK_LOGGER,
} from './nest/tokens/tokens.js';
