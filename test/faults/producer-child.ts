// A producer process of the fault suite: sends what it is told, and ends when it has every answer.
import 'reflect-metadata';
import { Harness } from '../client-and-worker/harness.js';
import type { PlannedCall } from './load.js';

const { BROKER_URL, KEY_PREFIX } = process.env as Record<string, string>;
const app = await Harness.open(BROKER_URL!, { keyPrefix: KEY_PREFIX!, connection: {} });

process.once('disconnect', () => process.exit(1));
process.once('message', (calls: readonly PlannedCall[]) => {
  void Promise.all(calls.map(({ task, args, options }) => app.send(task, args, options)))
    .then(() => app.close())
    .then(() => process.exit(0));
});
