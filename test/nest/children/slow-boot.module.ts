import { Injectable, Module, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { TaskQueueModule, TaskWorkerModule } from 'nestjs-task-queue';

const tell = (event: string) => process.stdout.write(`${event}\n`);

@Injectable()
class SlowStarter implements OnModuleInit, OnModuleDestroy {
  async onModuleInit(): Promise<void> {
    tell('booting');
    await new Promise<void>((resolve) => process.once('message', () => resolve()));
  }
  onModuleDestroy(): void {
    tell('modules destroyed');
  }
}

@Module({ imports: [TaskQueueModule.forRoot({ broker: 'memory://' }), TaskWorkerModule.forRoot()], providers: [SlowStarter] })
export class SlowBootModule {}
