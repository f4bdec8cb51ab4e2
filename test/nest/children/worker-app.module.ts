import { Injectable, Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Task, TaskClient, TaskQueueModule, TaskWorkerModule } from 'nestjs-task-queue';

const tell = (event: string) => process.stdout.write(`${event}\n`);

@Injectable()
export class SlowTasks {
  @Task({ name: 'children.slow' })
  async slow(): Promise<void> {
    tell('task started');
    await new Promise<void>((resolve) => process.once('message', () => resolve()));
    tell('task ended');
  }
}

@Injectable()
class Starter implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(private readonly tasks: TaskClient) {}
  async onApplicationBootstrap(): Promise<void> {
    tell(`role ${process.env['TASK_QUEUE_ROLE']}`);
    await this.tasks.for(SlowTasks).slow.delay();
  }
  onModuleDestroy(): void {
    tell('modules destroyed');
  }
}

@Module({
  imports: [TaskQueueModule.forRoot({ broker: 'memory://' }), TaskWorkerModule.forRoot({ drainTimeout: '1m' })],
  providers: [SlowTasks, Starter],
})
export class WorkerAppModule {}
