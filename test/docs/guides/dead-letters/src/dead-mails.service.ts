import { Injectable } from '@nestjs/common';
import { TaskClient, type RedriveReport } from 'nestjs-task-queue';

@Injectable()
export class DeadMails {
  constructor(private readonly tasks: TaskClient) {}

  async page(cursor?: string) {
    const { letters, next } = await this.tasks.deadLetters.list({ task: 'mail.send', limit: 20, ...(cursor ? { cursor } : {}) });
    return {
      next, // the cursor of the next page; null = this was the last page
      mails: letters.map(({ id, reason, error, at, attempts, message }) => ({
        id,
        to: message?.args[0],
        why: `${reason}: ${error}`,
        diedAt: at,
        tries: attempts.map((one) => `${one.worker}: ${one.error?.message}`),
      })),
    };
  }

  sendAgain(id: string): Promise<RedriveReport> {
    return this.tasks.deadLetters.redrive(id);
  }

  /** When the server is back: redrives the mails that it refused in the last hour. */
  sendRefusedAgain(): Promise<RedriveReport> {
    const since = new Date(Date.now() - 3_600_000);
    return this.tasks.deadLetters.redrive({ task: 'mail.send', since, where: ({ error }) => error.includes('connection refused') });
  }

  throwAway(): Promise<number> {
    return this.tasks.deadLetters.purge({ task: 'mail.send' }); // purge({}) deletes all
  }
}
