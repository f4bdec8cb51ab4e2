import 'reflect-metadata';
import { runWorker, TaskClient } from 'nestjs-task-queue';
import { AppModule } from './app.module';
import { GreetingTasks } from './greeting.tasks';

async function main(): Promise<void> {
  const worker = await runWorker(AppModule, { nest: { logger: ['error', 'warn'] } });
  const sent = await worker.app.get(TaskClient).for(GreetingTasks).greet.delay('Ada');
  const { text, retries } = await sent.get({ timeout: '20s' });
  console.log(`${text} after ${retries} retry`);
  await worker.stop();
}

void main();
