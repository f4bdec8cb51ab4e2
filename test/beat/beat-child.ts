// One beat process: it tells its parent that it is ready, and of each tick that it has sent.
import 'reflect-metadata';
import { runBeat } from 'nestjs-task-queue';
import { BeatModule } from './beat.module.js';

// Nobody is left to send a signal.
process.once('disconnect', () => process.exit(1));
await runBeat(BeatModule, { nest: { logger: ['error', 'fatal'] } });
process.send!('ready');
