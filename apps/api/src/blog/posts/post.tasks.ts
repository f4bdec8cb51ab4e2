import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Ctx, Task, TaskContext } from 'nestjs-task-queue';
import { Repository } from 'typeorm';
import { MailDeferredError } from './mail-deferred.error.js';
import { Newsletter, type MailReport } from './newsletter.js';
import { Post } from './post.entity.js';

@Injectable()
export class PostTasks {
  constructor(
    @InjectRepository(Post) private readonly posts: Repository<Post>,
    private readonly newsletter: Newsletter,
  ) {}

  @Task({
    name: 'blog.send_post_email',
    queue: 'emails',
    autoretryFor: [MailDeferredError],
    retryBackoff: '500ms',
    retryBackoffMax: '1m',
    maxRetries: 12,
  })
  async sendPostEmail(postId: string, @Ctx() ctx: TaskContext): Promise<MailReport> {
    const post = await this.posts.findOneByOrFail({ id: postId });
    return this.newsletter.send(post, ctx.signal);
  }
}
