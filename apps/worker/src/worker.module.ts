import { Module } from '@nestjs/common';
import { BlogModule } from '../../api/src/blog/blog.module.js';
import { readSettings } from '../../api/src/settings.js';
import { SettingsModule } from '../../api/src/settings.module.js';

/** What a worker needs: the blog, and no HTTP. */
@Module({ imports: [SettingsModule.forRoot(readSettings(process.env)), BlogModule] })
export class WorkerModule {}
