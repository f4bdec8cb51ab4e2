#!/usr/bin/env node
import { createRequire } from 'node:module';
import { runCli } from './run-cli.js';

const { version } = createRequire(import.meta.url)('nestjs-task-queue/package.json') as { version: string };

void runCli(process.argv.slice(2), {
  version,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
}).then((code) => (process.exitCode = code));
