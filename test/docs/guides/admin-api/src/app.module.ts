import { Module } from '@nestjs/common';
import { TaskQueueModule } from 'nestjs-task-queue';
import { TaskAdminModule } from 'nestjs-task-queue/admin';

@Module({
  imports: [
    TaskQueueModule.forRoot({ broker: process.env['BROKER_URL'] ?? 'memory://' }),
    TaskAdminModule.forRootAsync({
      useFactory: () => ({
        auth: {
          tokens: [{ name: 'deploy', role: 'operator', hash: process.env['ADMIN_TOKEN_HASH']! }],
          users: [{ name: 'ada', role: 'admin', hash: process.env['ADA_PASSWORD_HASH']! }],
        },
      }),
    }),
  ],
})
export class AppModule {}
