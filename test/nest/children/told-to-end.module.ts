import { Injectable, Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Task, TaskClient, TaskControl, TaskInspect, TaskQueueModule, TaskWorkerModule } from 'nestjs-task-queue';

const tell = (event: string) => process.stdout.write(`${event}\n`);

@Injectable()
export class LastTasks {
  constructor(
    private readonly inspect: TaskInspect,
    private readonly control: TaskControl,
  ) {}

  @Task({ name: 'children.last' })
  async last(): Promise<void> {
    const [ping] = await this.inspect.ping({ limit: 1, timeout: '1m' });
    tell(`ping ${ping?.value}`);
    const [reply] = await this.control.shutdown({ limit: 1, timeout: '1m' });
    tell(`told ${JSON.stringify(reply?.value)}`);
  }
}

@Injectable()
class Starter implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(private readonly tasks: TaskClient) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.tasks.for(LastTasks).last.delay();
  }

  onModuleDestroy(): void {
    tell('modules destroyed');
  }
}

@Module({
  imports: [TaskQueueModule.forRoot({ broker: 'memory://' }), TaskWorkerModule.forRoot({ drainTimeout: '1m' })],
  providers: [LastTasks, Starter],
})
export class ToldToEndModule {}
