import { Injectable } from '@nestjs/common';
import { Task } from 'nestjs-task-queue';
import { HttpError, NotFound } from './http-error.js';

@Injectable()
export class SyncTasks {
  @Task({
    name: 'sync.celery_style',
    autoretryFor: [HttpError],
    dontAutoretryFor: [NotFound],
    retryBackoff: '2s',
    retryBackoffMax: '5m',
    maxRetries: 8,
  })
  async celeryStyle(url: string): Promise<number> {
    return this.#get(url);
  }

  @Task({
    name: 'sync.policy',
    maxRetries: 8,
    retry: {
      on: [HttpError],
      notOn: [NotFound],
      delay: (error, retries) => ((error as HttpError).status === 503 ? '1m' : 1_000 * 2 ** retries),
      maxDelay: '10m',
      jitter: true,
    },
  })
  async policy(url: string): Promise<number> {
    return this.#get(url);
  }

  async #get(url: string): Promise<number> {
    const response = await fetch(url);
    if (response.status === 404) throw new NotFound(response);
    if (!response.ok) throw new HttpError(response);
    return response.status;
  }
}
