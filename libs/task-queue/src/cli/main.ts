#!/usr/bin/env node
import { createRequire } from 'node:module';
import { EXIT, runCli } from './run-cli.js';

const { version } = createRequire(import.meta.url)('nestjs-task-queue/package.json') as { version: string };

void runCli(process.argv.slice(2), {
  version,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
}).then((code) => {
  process.exitCode = code;
  // Resources that an application opened before it failed to boot would keep the process alive.
  if (code !== EXIT.done) process.stderr.write('', () => process.exit());
});
