import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { BlogModule } from '../blog/blog.module.js';
import { ContactsController } from './contacts.controller.js';
import { ErrorFilter } from './error.filter.js';
import { ExportsController } from './exports.controller.js';
import { IndexController } from './index.controller.js';
import { PhotosController } from './photos.controller.js';
import { PostsController } from './posts.controller.js';
import { TasksController } from './tasks.controller.js';

@Module({
  imports: [BlogModule],
  controllers: [IndexController, PostsController, PhotosController, ExportsController, ContactsController, TasksController],
  providers: [{ provide: APP_FILTER, useClass: ErrorFilter }],
})
export class HttpModule {}
