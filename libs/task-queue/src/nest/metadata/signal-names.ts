import { InvalidHandlerError } from '../../core/errors/boot-errors.js';
import { UnknownOptionError } from '../../core/errors/option-errors.js';
import type { SignalName } from '../../core/ports/task/signals.js';

const KNOWN: Readonly<Record<SignalName, true>> = {
  before_task_publish: true,
  after_task_publish: true,
  task_received: true,
  task_prerun: true,
  task_postrun: true,
  task_success: true,
  task_retry: true,
  task_failure: true,
  task_revoked: true,
  task_rejected: true,
  task_unknown: true,
  task_internal_error: true,
  outbox_relayed: true,
  schedule_tick_sent: true,
  beat_init: true,
  worker_init: true,
  worker_ready: true,
  worker_shutting_down: true,
  worker_shutdown: true,
  worker_process_init: true,
  worker_process_shutdown: true,
};

const LOGGING = ['it configures logging, which Nest does', 'Give Nest a logger, or override TASK_LOGGER.'] as const;
const EVENTLET = [
  'there is no eventlet pool: the default pool waits for I/O in one process',
  'Listen to worker_init or worker_shutdown.',
] as const;
const BEAT = ['a beat is the same, within a worker or alone', 'Listen to beat_init.'] as const;

/** Celery's other signals: why they are never sent here, and what to do instead. */
const WITHOUT_MEANING: Readonly<Record<string, readonly [why: string, instead: string]>> = {
  task_sent: ['Celery has removed it', 'Listen to after_task_publish.'],
  import_modules: ['Node imports modules before any listener exists', 'Import the modules in your worker module.'],
  celeryd_init: ['a worker is configured before it exists', 'Configure it in TaskWorkerModule.forRootAsync, or listen to worker_init.'],
  celeryd_after_setup: [
    'a worker is configured before it exists',
    'Configure it in TaskWorkerModule.forRootAsync, or listen to worker_init.',
  ],
  worker_before_create_process: [
    'these pools make no processes',
    'Listen to worker_process_init, which is sent in each process that runs tasks.',
  ],
  heartbeat_sent: ['workers send no heartbeats; leases are renewed by a thread of their own', 'Ask WorkerOrchestrator.health().'],
  setup_logging: LOGGING,
  after_setup_logger: LOGGING,
  after_setup_task_logger: LOGGING,
  beat_embedded_init: BEAT,
  eventlet_pool_started: EVENTLET,
  eventlet_pool_preshutdown: EVENTLET,
  eventlet_pool_postshutdown: EVENTLET,
  eventlet_pool_apply: EVENTLET,
  user_preload_options: ['there is no command line of Celery’s to add options to', 'Read your own configuration in your worker module.'],
};

/**
 * @param where the listener, for errors
 * @throws InvalidHandlerError for a signal of Celery's that has no meaning here · UnknownOptionError for any other
 */
export function checkSignalName(name: string, where: string): void {
  if (Object.hasOwn(KNOWN, name)) return;
  const [why, instead] = (Object.hasOwn(WITHOUT_MEANING, name) ? WITHOUT_MEANING[name] : undefined) ?? [];
  if (why === undefined) throw new UnknownOptionError(name, where, Object.keys(KNOWN));
  throw new InvalidHandlerError(where, `the signal '${name}' is never sent: ${why}`, instead!);
}
