import { randomUUID } from 'node:crypto';
import type { ClientOptionsInput } from '../core/client/options/client-options.js';
import type { TaskMessage } from '../core/message/task-message.js';
import type { StandIn } from '../nest/tokens/stand-in.js';
import type { QueueInstance } from '../assembly/queue-instance.js';
import type { Publication } from '../core/ports/broker/publication.js';
import type { WorkerOptionsInput } from '../core/worker/worker-options.js';
import { sentTask, type SentTask } from './expectations/sent-task.js';
import type { FakeClock } from './fake-clock.js';

export interface StageOptions {
  readonly clock: FakeClock;
  readonly eager: boolean;
  readonly eagerPropagates: boolean;
}

/** Options that a test replaces by its own broker in memory. */
const ADDRESSES = ['results', 'store', 'control', 'schedules', 'outbox', 'connection', 'resultsConnection'];

/** The fixture of one application under test: a clock, brokers in memory, and the list of sent calls. */
export class TestStage implements StandIn {
  readonly instances: QueueInstance[] = [];
  readonly workers = new Map<QueueInstance, WorkerOptionsInput>();
  readonly calls: SentTask[] = [];
  /** called after each call */
  onSent: () => void = () => {};
  private readonly id = randomUUID();
  private readonly ids = new Set<string>();

  constructor(private readonly options: StageOptions) {}

  get clock(): FakeClock {
    return this.options.clock;
  }

  /** The application's own options, except those that name an address. */
  optionsFor(input: ClientOptionsInput, instance: string): ClientOptionsInput {
    const { beat, ...rest } = input;
    const { database: _, ...schedules } = beat ?? {};
    const kept = Object.fromEntries(Object.entries(rest).filter(([option]) => !ADDRESSES.includes(option)));
    const { eager, eagerPropagates } = this.options;
    return { ...kept, beat: schedules, broker: `memory://${this.id}-${encodeURIComponent(instance)}`, eager, eagerPropagates };
  }

  opened(instance: QueueInstance): void {
    this.instances.push(instance);
  }

  worker(instance: QueueInstance, options: WorkerOptionsInput): void {
    this.workers.set(instance, { ...this.workers.get(instance), ...options });
  }

  /** Records follow-ups as sent calls. A message that goes back under its own id is not a new call. */
  published({ name, codecs }: QueueInstance, publications: readonly Publication[]): void {
    for (const publication of publications) {
      if (!this.ids.has(publication.id)) this.sent(name, codecs.messages.decode(publication), publication);
    }
  }

  sent(instance: string, message: TaskMessage, publication: Publication): void {
    this.ids.add(message.id);
    this.calls.push(sentTask(instance, message, publication));
    this.onSent();
  }
}
