import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { FailedTaskEntity, TaskResultEntity, TaskResults } from 'nestjs-task-queue/typeorm';
import type { Repository } from 'typeorm';

@Injectable()
export class ReportHistory {
  constructor(
    private readonly found: TaskResults,
    @InjectRepository(TaskResultEntity) private readonly results: Repository<TaskResultEntity>,
    @InjectRepository(FailedTaskEntity) private readonly failed: Repository<FailedTaskEntity>,
  ) {}

  /** Newest first, page by page, using an index. */
  async ofCustomer(customer: string, cursor?: string) {
    return this.found.search({ name: 'invoices.send', tag: `customer:${customer}`, limit: 20, ...(cursor && { cursor }) });
  }

  async failuresSince(from: Date) {
    const { rows } = await this.found.searchFailed({ name: 'invoices.send', reason: 'failed', from });
    return rows.map(({ taskId, error, attempts }) => ({ taskId, error, attempts: attempts.length }));
  }

  /** Or with your own queries: these are ordinary entities. */
  async counts() {
    return { succeeded: await this.results.countBy({ state: 'SUCCESS' }), failed: await this.failed.count() };
  }
}
