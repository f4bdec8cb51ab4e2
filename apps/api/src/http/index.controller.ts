import { Controller, Get } from '@nestjs/common';

/** Lists the routes for a user who opens the API in a browser. */
@Controller()
export class IndexController {
  @Get()
  list() {
    return {
      read: ['/posts', '/photos', '/photos/:id/thumbnail', '/contacts', '/exports/:taskId', '/tasks/:id'],
      send: ['POST /posts/:id/publish', 'POST /photos/:id/thumbnail', 'POST /exports', 'POST /contacts/:id/sync'],
      admin: '/admin/docs',
    };
  }
}
