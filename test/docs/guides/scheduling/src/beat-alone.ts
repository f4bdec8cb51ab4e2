import { runBeat, type RunningWorker } from 'nestjs-task-queue';
import { AppModule } from './app.module.js';

export const startBeat = (): Promise<RunningWorker> => runBeat(AppModule);
