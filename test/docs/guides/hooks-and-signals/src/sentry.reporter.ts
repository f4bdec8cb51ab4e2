import { Injectable, Module } from '@nestjs/common';
import * as Sentry from '@sentry/node';
import { OnSignal, type TaskErrorReport } from 'nestjs-task-queue';

@Injectable()
export class SentryReporter {
  report({ error, id, task, args, kwargs, queue, retries, worker }: TaskErrorReport): void {
    Sentry.captureException(error, {
      tags: { task, queue, worker },
      contexts: { task: { id, args, kwargs, retries } },
      fingerprint: ['{{ default }}', task],
    });
  }

  @OnSignal('worker_shutdown')
  async flush(): Promise<void> {
    await Sentry.flush(1_500); // listeners may take `abortGrace`: 2 s
  }
}

@Module({ providers: [SentryReporter], exports: [SentryReporter] })
export class SentryModule {}
