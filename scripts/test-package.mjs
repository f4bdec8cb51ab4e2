// `npm run test:package`: packs the library, installs it into fresh applications and builds them. In each it runs a task on Redis and
// on the memory transport and calls the admin API. It also runs the CommonJS application's own jest, the package's command line,
// and two linters for published packages.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root, runNode, tool } from './run-node.mjs';
import { startPostgres } from './services/postgres.mjs';
import { startRedis } from './services/redis.mjs';

const work = mkdtempSync(path.join(os.tmpdir(), 'task-queue-package-'));
const packageDir = path.join(root, 'dist-lib/task-queue');
const failed = [];
let passed = 0;

const postgres = process.env.DATABASE_URL ? { url: process.env.DATABASE_URL, stop: async () => {} } : await startPostgres();
const redis = process.env.REDIS_URL ? { url: process.env.REDIS_URL, stop: async () => {} } : await startRedis();
try {
  if ((await runNode(['scripts/build-lib.mjs'])) !== 0) throw new Error('The library does not build.');
  const tarball = pack();
  step('publint', process.execPath, [tool('publint/src/cli.js'), tarball, '--strict']);
  // ES modules only, by design: CommonJS applications load them by require(esm).
  step('are the types wrong', process.execPath, [tool('@arethetypeswrong/cli/dist/index.js'), tarball, '--profile', 'esm-only']);
  const esModules = tryOut('esm-nest12', tarball);
  const command = { cwd: esModules, env: { TASKS_BROKER_URL: postgres.url } };
  step(
    'esm-nest12: npx tasks migrate --plan',
    'npx',
    ['--no', 'tasks', 'migrate', '--plan'],
    command,
    /create table if not exists tq\.migration/,
  );
  step('esm-nest12: npx tasks beat', 'npx', ['--no', 'tasks', 'beat', '--help'], command, /--app <file>/);
  const commonJs = tryOut('cjs-nest11', tarball);
  step('cjs-nest11: its own jest', 'npm', ['test', '--silent'], { cwd: commonJs });
} finally {
  await Promise.all([postgres.stop(), redis.stop()]);
  rmSync(work, { recursive: true, force: true });
}

console.log(`package: ${passed} passed, ${failed.length} failed${failed.length > 0 ? ` (${failed.join('; ')})` : ''}`);
process.exitCode = failed.length === 0 && passed > 0 ? 0 : 1;

function pack() {
  const done = run('npm', ['pack', '--json', '--pack-destination', work], { cwd: packageDir });
  const [{ filename, size, entryCount }] = JSON.parse(done.stdout);
  console.log(`packed ${filename}: ${entryCount} files, ${(size / 1024).toFixed(0)} kB`);
  return path.join(work, filename);
}

function tryOut(name, tarball) {
  const app = path.join(work, name);
  cpSync(path.join(root, 'test/package', name), app, { recursive: true });
  const manifest = path.join(app, 'package.json');
  const json = JSON.parse(readFileSync(manifest, 'utf8'));
  json.dependencies['nestjs-task-queue'] = `file:${tarball}`;
  writeFileSync(manifest, JSON.stringify(json, null, 2));
  step(`${name}: install`, 'npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel', 'error'], { cwd: app });
  step(`${name}: build`, 'npm', ['run', '--silent', 'build'], { cwd: app });
  for (const broker of ['memory://', redis.url]) {
    step(
      `${name}: a task on ${broker.split(':')[0]}`,
      process.execPath,
      ['dist/main.js'],
      { cwd: app, env: { BROKER: broker } },
      /Hello, Ada after 1 retry/,
    );
  }
  const admin = /Admin answers 201 409 401 200, OpenAPI 3\.1\.0/;
  step(`${name}: the admin API`, process.execPath, ['dist/admin.js'], { cwd: app }, admin);
  return app;
}

function step(name, command, args, options = {}, expected = /(?:)/) {
  const began = performance.now();
  const { status, stdout, stderr, error } = run(command, args, options);
  const good = status === 0 && expected.test(stdout);
  console.log(`${good ? 'ok    ' : 'FAILED'} ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  if (good) passed += 1;
  else {
    failed.push(name);
    console.error(`${stdout}\n${stderr}\n${error ?? ''}`);
  }
}

function run(command, args, { cwd = root, env = {} } = {}) {
  return spawnSync(command, args, { cwd, env: { ...process.env, ...env }, encoding: 'utf8', timeout: 300_000 });
}
