import { Controller, Get, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { TaskClient, type AsyncResult } from 'nestjs-task-queue';
import { IsNull, Repository } from 'typeorm';
import type { MailReport } from '../blog/posts/newsletter.js';
import { Post as BlogPost } from '../blog/posts/post.entity.js';
import { PostTasks } from '../blog/posts/post.tasks.js';
import { Accepted } from './accepted.js';
import { IdempotencyKey } from './idempotency-key.js';

@Controller('posts')
export class PostsController {
  constructor(
    @InjectRepository(BlogPost) private readonly posts: Repository<BlogPost>,
    private readonly tasks: TaskClient,
  ) {}

  @Get()
  list(): Promise<BlogPost[]> {
    return this.posts.find({ order: { slug: 'ASC' } });
  }

  /** Safe to repeat, also after a 503: the first date stays, and no subscriber gets a second email. */
  @Post(':id/publish')
  @Accepted()
  async publish(@Param('id', ParseUUIDPipe) id: string, @IdempotencyKey() idempotencyKey?: string): Promise<AsyncResult<MailReport>> {
    await this.posts.findOneByOrFail({ id });
    await this.posts.update({ id, publishedAt: IsNull() }, { publishedAt: new Date() });
    return this.tasks.for(PostTasks).sendPostEmail.applyAsync([id], { idempotencyKey });
  }
}
