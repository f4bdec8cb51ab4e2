import { applyDecorators, Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

export const VERSION = 'v1';

/** A controller of the admin API, under its version. */
export function AdminController(path: string, tag: string): ClassDecorator {
  return applyDecorators(Controller(`${VERSION}/${path}`), ApiTags(tag));
}
