// A worker process: `main.js <file>[#Export]`. Says on stdout how a boot failed.
import 'reflect-metadata';
import { runWorker } from 'nestjs-task-queue';

try {
  await runWorker(process.argv[2]!, { nest: { logger: false } });
} catch (error) {
  const { code, message } = error as { code?: string; message: string };
  process.stdout.write(`${code} ${message}\n`, () => process.exit(2));
}
