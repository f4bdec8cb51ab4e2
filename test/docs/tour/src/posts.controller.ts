import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { TaskClient } from 'nestjs-task-queue';
import { PostTasks } from './post.tasks.js';

@Controller()
export class PostsController {
  constructor(private readonly tasks: TaskClient) {}

  @Post('posts/:id/publish')
  @HttpCode(202)
  async publish(@Param('id') id: string) {
    const sent = await this.tasks.for(PostTasks).sendPostEmail.delay(id); // typed from the method; ctx is left out
    return { taskId: sent.id };
  }

  @Get('tasks/:id')
  async show(@Param('id') id: string) {
    const task = this.tasks.result(id);
    return { state: await task.state(), result: await task.result() };
  }
}
