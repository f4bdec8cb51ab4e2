import { Injectable, Module, type OnModuleDestroy } from '@nestjs/common';
import { OnSignal, Periodic, Task, TaskQueueModule, TaskWorkerModule } from 'nestjs-task-queue';

const { BROKER_URL, KEY_PREFIX } = process.env as Record<string, string>;
const tell = (event: string) => process.stdout.write(`${event}\n`);

@Injectable()
class Clock implements OnModuleDestroy {
  @Periodic({ every: '100ms' })
  @Task({ name: 'clock.strike' })
  strike(): void {
    tell('ran');
  }

  @OnSignal('schedule_tick_sent')
  sent(): void {
    tell('sent');
  }

  @OnSignal('worker_ready')
  ready(): void {
    tell('consuming');
  }

  onModuleDestroy(): void {
    tell('modules destroyed');
  }
}

@Module({
  imports: [TaskQueueModule.forRoot({ broker: BROKER_URL!, keyPrefix: KEY_PREFIX! }), TaskWorkerModule.forRoot()],
  providers: [Clock],
})
export class ClockModule {}

@Module({ imports: [ClockModule] })
export class OtherModule {}
