import { Test } from '@nestjs/testing';
import { TaskClient } from 'nestjs-task-queue';
import { AppModule } from './app.module';
import { GreetingTasks } from './greeting.tasks';

describe('GreetingTasks', () => {
  it('runs in the default jest of a CommonJS application', async () => {
    const moduleRef = await Test.createTestingModule({ imports: [AppModule] }).compile();
    await moduleRef.init();
    try {
      const sent = await moduleRef.get(TaskClient).for(GreetingTasks).greet.delay('Ada');
      await expect(sent.get({ timeout: '20s' })).resolves.toEqual({ text: 'Hello, Ada', retries: 1 });
    } finally {
      await moduleRef.close();
    }
  });
});
