// One process of the beats' crash test: it sends what is due, until it is killed.
import 'reflect-metadata';
import { systemClock } from '../../libs/task-queue/src/ports/index.js';
import { openStage } from './support.js';

const { BROKER_URL, KEY_PREFIX } = process.env as Record<string, string>;

const stage = await openStage({ broker: BROKER_URL!, keyPrefix: KEY_PREFIX!, clock: systemClock });
await stage.beat();
process.once('SIGTERM', () => void stage.close().then(() => process.exit(0)));
// Nobody is left to send a signal.
process.once('disconnect', () => process.exit(1));
process.send!('ready');
