import { Module } from '@nestjs/common';
import { TaskQueueModule } from 'nestjs-task-queue';
import { array } from './array.engine.js';
import { PostTasks } from './post.tasks.js';

@Module({
  imports: [TaskQueueModule.forRoot({ broker: 'array://blog', engines: [array], results: 'memory://', control: 'memory://' })],
  providers: [PostTasks],
})
export class BlogModule {}
