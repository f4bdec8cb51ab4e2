import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startApp } from './app-process.mjs';
import { build, ROOT } from './build.mjs';
import { openDataFolder } from './data-folder.mjs';
import { newRun } from './demo-run.mjs';
import { openBroker, openDatabase } from './open-servers.mjs';

/** How often the fake services refuse a request, so that tasks are retried. */
const REFUSE_MAIL_EVERY = 40;
const REFUSE_SYNC_EVERY = 5;

/** After this time without renewal, the tasks of a killed worker run again. */
const LEASE = '3s';

/**
 * The blog with its servers and processes, on 127.0.0.1. `stop()` closes them once, in reverse order of opening, even if opening
 * failed half way.
 */
export class BlogSystem {
  #opened = [];
  #opening;
  #stopping;

  build() {
    this.dist = build();
  }

  /** @param {{ broker: 'embedded' | 'memory' | 'postgres' | 'redis', fresh: boolean }} flags */
  openServers({ broker, fresh }) {
    this.#opening = broker === 'embedded' ? this.#openDataFolder(fresh) : this.#openTemporary(broker);
    return this.#opening;
  }

  async #openDataFolder(fresh) {
    this.dataFolder = await this.#open(openDataFolder(fresh));
    ({ database: this.database, broker: this.broker, run: this.run } = this.dataFolder);
    await this.#openNeighbours(this.dataFolder.journals);
  }

  async #openTemporary(kind) {
    const database = this.#open(openDatabase());
    const opened = await Promise.allSettled([database, this.#open(openBroker(kind, database)), this.#openNeighbours()]);
    for (const { reason } of opened) if (reason) throw reason;
    [this.database, this.broker] = opened.map(({ value }) => value);
    this.run = newRun();
  }

  /** Whether the queue needs tables, which `migrate()` creates as a deployment would. */
  get needsMigration() {
    return this.broker.url.startsWith('postgres');
  }

  /** Runs `npx tasks migrate` in this process. */
  async migrate() {
    const { runCli } = await import(this.#compiled('libs/task-queue/src/cli/run-cli.js'));
    let output = '';
    const write = (text) => (output += text);
    const args = ['migrate', '--broker', this.broker.url, '--schema', this.broker.keyPrefix];
    const code = await runCli(args, { version: '', out: write, err: write });
    if (code !== 0) throw new Error(output.trim());
  }

  /** @param {string} [journals] folder for the journals from which the fake services restore their state */
  async #openNeighbours(journals) {
    const [{ Mailbox }, { FakeCrm }, { NeighboursWeb }] = await Promise.all(
      ['mailbox', 'fake-crm', 'neighbours-web'].map((name) => import(this.#compiled(`apps/neighbours/src/${name}.js`))),
    );
    const journal = (name) => (journals === undefined ? undefined : join(journals, name));
    this.mailbox = new Mailbox({ refuseEvery: REFUSE_MAIL_EVERY, journal: journal('mailbox.jsonl') });
    this.crm = new FakeCrm({ refuseEvery: REFUSE_SYNC_EVERY, retryAfter: [1, 2], journal: journal('crm.jsonl') });
    this.web = new NeighboursWeb(this.mailbox, this.crm);
    const start = async (neighbour) => ({ url: await neighbour.start(), stop: () => neighbour.stop() });
    const started = await Promise.all([this.mailbox, this.crm, this.web].map((neighbour) => this.#open(start(neighbour))));
    [this.smtpUrl, this.crmUrl, this.webUrl] = started.map(({ url }) => url);
  }

  /** @param {number} workers worker processes beside the API; 0 = the API runs tasks itself */
  async openApps(workers) {
    this.#refuseWhenStopping();
    // Without a data folder, thumbnails and exports are removed with the API's process.
    const dir = mkdtempSync(join(tmpdir(), 'task-queue-api-'));
    this.storage = this.dataFolder?.storage ?? join(dir, 'storage');
    const { generateToken, hashToken } = await import(this.#compiled('libs/task-queue/src/admin/index.js'));
    this.adminToken = generateToken();
    const own = { IN_APP_WORKER: String(workers === 0), ADMIN_TOKEN_HASH: hashToken(this.adminToken) };
    const api = this.#start('api', 'apps/api/src/main.js', own, dir);
    this.apiUrl = (await api.seen(/listening on (http:\S+)/))[1];
    this.adminUrl = `${this.apiUrl}/admin`;
    const names = Array.from({ length: workers }, (_, index) => `worker${index + 1}`);
    const processes = names.map((name) => this.#start(name, 'apps/worker/src/main.js', { WORKER_NAME: `${name}@%h` }));
    await Promise.all(processes.map((worker) => worker.seen(/worker is consuming/)));
    this.processes = [api, ...processes];
  }

  /** Rejects when a process of the blog ends unexpectedly. */
  async watch() {
    const { name, log } = await Promise.race(this.processes.map((process) => process.gone().then(() => process)));
    if (!this.#stopping) throw new Error(`The ${name} process ended:\n${log().split('\n').slice(-15).join('\n')}`);
    return new Promise(() => {});
  }

  stop() {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop() {
    await Promise.allSettled([this.#opening]); // a server that is still starting cannot be closed
    const failures = [];
    for (const close of this.#opened.toReversed()) await close().catch((error) => failures.push(error));
    if (failures.length > 0) throw new AggregateError(failures, failures.map((error) => error.message).join('; '));
  }

  /** Registers an opened resource for `stop()`. @param opening a promise of an object with `stop()` */
  async #open(opening) {
    const opened = await opening;
    this.#opened.push(() => opened.stop());
    return opened;
  }

  /** Prevents starting a process after `stop()` has run, which would never end it. */
  #refuseWhenStopping() {
    if (this.#stopping) throw new Error('The demo is being stopped.');
  }

  #compiled(file) {
    return pathToFileURL(join(this.dist, file)).href;
  }

  #start(name, file, extra, dir) {
    this.#refuseWhenStopping();
    const env = {
      PORT: '0',
      DATABASE_URL: this.database.url,
      BROKER_URL: this.broker.url,
      KEY_PREFIX: this.broker.keyPrefix,
      SMTP_URL: this.smtpUrl,
      CRM_URL: this.crmUrl,
      DATA_DIR: join(ROOT, 'apps/api/data'),
      STORAGE_DIR: this.storage,
      EXPORT_PACE: '120',
      WORKER_LEASE: LEASE,
      ...extra,
    };
    const app = startApp({ name, file: join(this.dist, file), env, dir });
    this.#opened.push(() => app.stop());
    return app;
  }
}
