import { Injectable } from '@nestjs/common';
import { Task } from 'nestjs-task-queue';

@Injectable()
export class SearchTasks {
  readonly indexed: string[] = [];

  // One rebuild at a time per tenant.
  @Task({ name: 'search.rebuild', unique: { key: (tenant: string) => tenant, for: '1h' } })
  async rebuild(tenant: string, reason: string): Promise<string> {
    return `${tenant}: ${reason}`;
  }

  @Task({ name: 'search.index' })
  async index(postId: string): Promise<void> {
    this.indexed.push(postId);
  }

  @Task({ name: 'search.remind' })
  async remind(userId: string): Promise<string> {
    return `reminded ${userId}`;
  }
}
