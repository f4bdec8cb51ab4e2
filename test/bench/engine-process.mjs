// The child of main.mjs: `node engine-process.mjs <engine>` with its orders and its report over IPC.
import { measure } from './measure.mjs';

const ENGINES = {
  'nestjs-task-queue': async () => {
    const engine = await import('./engines/task-queue.mjs');
    return { version: engine.version(), without: engine.withoutResult, with: engine.withResult };
  },
  'raw-scripts': async () => {
    const engine = await import('./engines/raw-scripts.mjs');
    return { version: null, without: engine.withoutResult, with: engine.withResult, worker: false };
  },
  'bullmq removeOnComplete': async () => {
    const engine = await import('./engines/bullmq.mjs');
    return { version: engine.version(), without: engine.removing, with: engine.removing };
  },
  'bullmq defaults': async () => {
    const engine = await import('./engines/bullmq.mjs');
    return { version: engine.version(), without: engine.keeping, with: engine.keeping };
  },
  'bee-queue': async () => {
    const engine = await import('./engines/bee-queue.mjs');
    return { version: engine.version(), without: engine.open, with: engine.open };
  },
};

process.once('message', async ({ name, url, size, idle }) => {
  const engine = await ENGINES[name]();
  const figures = await measure(engine, url, size, idle);
  process.send({ version: engine.version, ...figures }, () => process.exit(0));
});
