import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TaskQueueModule } from 'nestjs-task-queue';
import { TaskAdminModule } from 'nestjs-task-queue/admin';
import { auditEntities, AuditRecordEntity } from 'nestjs-task-queue/typeorm';
import { DataSource } from 'typeorm';

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: process.env['DATABASE_URL'], entities: auditEntities(), installExtensions: false }),
    TypeOrmModule.forFeature([AuditRecordEntity]),
    TaskQueueModule.forRoot({ broker: process.env['BROKER_URL'] ?? 'memory://', keyPrefix: 'tq' }),
    TaskAdminModule.forRootAsync({
      inject: [DataSource],
      useFactory: (database: DataSource) => ({
        auth: { tokens: [{ name: 'deploy', role: 'admin', hash: process.env['ADMIN_TOKEN_HASH']! }] },
        audit: { database },
      }),
    }),
  ],
})
export class AuditedModule {}
