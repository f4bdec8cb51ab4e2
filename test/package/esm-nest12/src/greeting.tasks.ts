import { Injectable } from '@nestjs/common';
import { Ctx, Task, type TaskContext } from 'nestjs-task-queue';

@Injectable()
export class Clerk {
  greet(name: string): string {
    return `Hello, ${name}`;
  }
}

@Injectable()
export class GreetingTasks {
  constructor(private readonly clerk: Clerk) {}

  @Task({ name: 'greeting.greet', maxRetries: 1, defaultRetryDelay: 1, autoretryFor: [Error] })
  greet(name: string, @Ctx() ctx: TaskContext): { text: string; retries: number } {
    if (ctx.retries === 0) throw new Error('not yet');
    return { text: this.clerk.greet(name), retries: ctx.retries };
  }
}
