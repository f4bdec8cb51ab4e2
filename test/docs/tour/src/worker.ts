import 'reflect-metadata';
import { runWorker } from 'nestjs-task-queue';

await runWorker(new URL('./worker.module.js', import.meta.url));
