import { Injectable, Module } from '@nestjs/common';
import { OnSignal, Task, TaskQueueModule, TaskWorkerModule } from 'nestjs-task-queue';

const { BROKER_URL, KEY_PREFIX } = process.env as Record<string, string>;
const connection = BROKER_URL?.startsWith('postgres') ? { connection: { max: 3 } } : {};

@Injectable()
class Work {
  @Task({ name: 'work' })
  work(): void {}

  /** By the clock on the wall: what a claim takes is part of it. */
  @OnSignal('schedule_tick_sent')
  sent({ tick }: { readonly tick: number }): void {
    process.send?.({ tick, late: Date.now() - tick });
  }
}

@Module({
  imports: [TaskQueueModule.forRoot({ broker: BROKER_URL!, keyPrefix: KEY_PREFIX!, ...connection }), TaskWorkerModule.forRoot()],
  providers: [Work],
})
export class BeatModule {}
