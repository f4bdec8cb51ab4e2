import { Beat } from '../../core/beat/beat.js';
import { codeSchedules } from '../../core/beat/code-schedules.js';
import { requirePart } from '../../core/policies/engine-features.js';
import { TurnMaker } from '../../core/beat/turn-maker.js';
import type { Listeners } from '../../core/attempt/listening/listeners.js';
import type { TaskClient } from '../../core/client/task-client.js';
import type { Clock } from '../../core/ports/runtime/clock.js';
import type { CodeSchedule } from '../../core/ports/stores/schedule-store.js';
import type { TaskLogger } from '../../core/ports/runtime/logger.js';
import type { PeriodicExplorer } from '../discovery/periodic.explorer.js';
import type { QueueInstance } from '../../assembly/queue-instance.js';

export interface BeatParts {
  readonly queue: QueueInstance;
  readonly client: TaskClient;
  readonly periodics: PeriodicExplorer;
  readonly listeners: Listeners;
  readonly logger: TaskLogger;
  readonly clock: Clock;
}

/** The beat of a queue instance. When it starts, it writes the schedules of the application's code to the store. */
export class InstanceBeat {
  readonly #beat: Beat;
  readonly #turns: TurnMaker;
  readonly #schedules: readonly CodeSchedule[];
  #stopped = false;

  /** @throws InvalidScheduleError and others: an invalid schedule of the code fails the boot */
  constructor(private readonly parts: BeatParts) {
    const { queue, client, listeners, logger, clock } = parts;
    requirePart(queue.transport, 'schedules', "Running a beat ('beat')");
    this.#schedules = declaredSchedules(parts);
    this.#turns = turnMaker(parts);
    this.#beat = new Beat({
      store: queue.transport.schedules,
      turns: this.#turns,
      client,
      results: queue.transport.results,
      inspector: queue.transport.inspector,
      pollInterval: queue.options.beat.pollInterval,
      onSent: listeners.signals.schedule_tick_sent,
      logger,
      clock,
    });
  }

  async start(): Promise<void> {
    const { queue, listeners, logger } = this.parts;
    for (const { definition } of this.#schedules) await this.#turns.check(definition);
    const { owner, timezone } = queue.options.beat;
    const schedules = await queue.transport.schedules.syncCode(owner, this.#schedules);
    if (this.#stopped) return;
    logger.info('beat has started', { timezone, schedulesOfCode: this.#schedules.length, ...schedules });
    await listeners.signals.beat_init?.({ timezone, schedules });
    this.#beat.start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#beat.stop();
  }

  health() {
    return this.#beat.health();
  }
}

export function turnMaker({ queue, client, periodics }: Pick<BeatParts, 'queue' | 'client' | 'periodics'>): TurnMaker {
  const { timezone, knownTasksOnly } = queue.options.beat;
  const { tellsHeld } = queue.transport.schedules.capabilities;
  return new TurnMaker({
    client,
    findTask: (name) => periodics.findTask(name),
    taskNames: () => periodics.taskNames(),
    checkArguments: periodics.checkArguments,
    knownTasksOnly,
    timezone,
    transport: queue.transport,
    tellsHeld,
  });
}

function declaredSchedules({ queue, periodics, clock }: BeatParts): CodeSchedule[] {
  const { beat, dedupRetention } = queue.options;
  const configured = Object.entries(beat.schedule).map(([name, settings]) => ({ name, settings }));
  return codeSchedules([...periodics.schedules(queue.name), ...configured], { now: clock.now(), timezone: beat.timezone, dedupRetention });
}
