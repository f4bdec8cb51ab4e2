import 'reflect-metadata';
import { runWorker } from 'nestjs-task-queue';
import { readSettings, workerOptions } from '../../api/src/settings.js';

await runWorker(new URL('./worker.module.js', import.meta.url), workerOptions(readSettings(process.env)));
