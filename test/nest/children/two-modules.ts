import { Module } from '@nestjs/common';
export { WorkerAppModule } from './worker-app.module.js';

@Module({ imports: [] })
export class OtherModule {}
