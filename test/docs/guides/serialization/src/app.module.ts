import { Module } from '@nestjs/common';
import { TaskQueueModule } from 'nestjs-task-queue';
import { BookingTasks } from './booking.tasks.js';

@Module({
  imports: [
    TaskQueueModule.forRoot({
      broker: process.env.REDIS_URL ?? 'memory://',
      acceptContent: ['json', 'extended-json', 'msgpack'], // accepted in messages, and therefore allowed in calls
      compression: { algorithm: 'gzip', threshold: 4_096 }, // of at least 4 kB
    }),
  ],
  providers: [BookingTasks],
})
export class AppModule {}
