import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Subscriber } from '../subscribers/subscriber.entity.js';
import { MailDeferredError } from './mail-deferred.error.js';
import { Mailer } from './mailer.js';
import { PostEmail } from './post-email.entity.js';
import type { Post } from './post.entity.js';

export interface MailReport {
  readonly post: string;
  readonly recipients: number;
}

/** Sends a post to every subscriber once, however often it is called. */
@Injectable()
export class Newsletter {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly mailer: Mailer,
  ) {}

  /**
   * @param signal checked between two emails
   * @throws MailDeferredError after trying all recipients, if some could not be reached yet
   */
  async send(post: Post, signal: AbortSignal): Promise<MailReport> {
    let deferred = 0;
    for (const subscriber of await this.unserved(post)) {
      signal.throwIfAborted();
      if (!(await this.sendOnce(post, subscriber))) deferred++;
    }
    if (deferred > 0) throw new MailDeferredError(`${deferred} subscribers could not be reached yet`);
    return { post: post.slug, recipients: await this.dataSource.getRepository(PostEmail).countBy({ postId: post.id }) };
  }

  private unserved(post: Post): Promise<Subscriber[]> {
    return this.dataSource
      .getRepository(Subscriber)
      .createQueryBuilder('subscriber')
      .leftJoin(PostEmail, 'email', 'email.subscriberId = subscriber.id AND email.postId = :post', { post: post.id })
      .where('email.subscriberId IS NULL')
      .orderBy('subscriber.email')
      .getMany();
  }

  /**
   * The row is inserted first and committed after the email was sent. A second run of the task waits for the row's key until
   * then, and skips the email. If sending fails, the row is rolled back.
   * @returns false when the recipient could not be reached for now
   */
  private async sendOnce(post: Post, subscriber: Subscriber): Promise<boolean> {
    try {
      await this.dataSource.transaction(async (manager) => {
        const row = { postId: post.id, subscriberId: subscriber.id };
        const { raw } = await manager.createQueryBuilder().insert().into(PostEmail).values(row).orIgnore().returning('post_id').execute();
        const isOurs = (raw as unknown[]).length === 1;
        if (isOurs) await this.mailer.send(post, subscriber);
      });
      return true;
    } catch (error) {
      if (error instanceof MailDeferredError) return false;
      throw error;
    }
  }
}
