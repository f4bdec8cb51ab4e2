import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startApp } from './app-process.mjs';
import { build, ROOT } from './build.mjs';
import { openHome } from './home.mjs';
import { newPlay } from './play-record.mjs';
import { openBroker, openDatabase } from './servers.mjs';

/** How often the neighbours say "not now", so that retries are seen. */
const REFUSE_MAIL_EVERY = 40;
const REFUSE_SYNC_EVERY = 5;

/** After this a worker that was killed is taken for dead, and its tasks run again. */
const LEASE = '3s';

/**
 * The blog and all that it needs, on 127.0.0.1. What was opened is closed in the opposite order, once, also when opening failed half way.
 */
export class Stage {
  #opened = [];
  #opening;
  #stopping;

  build() {
    this.dist = build();
  }

  /** @param {{ broker: 'embedded' | 'memory' | 'postgres' | 'redis', fresh: boolean }} flags */
  openServers({ broker, fresh }) {
    this.#opening = broker === 'embedded' ? this.#openHome(fresh) : this.#openThrowAway(broker);
    return this.#opening;
  }

  async #openHome(fresh) {
    this.home = await this.#open(openHome(fresh));
    ({ database: this.database, broker: this.broker, play: this.play } = this.home);
    await this.#openNeighbours(this.home.journals);
  }

  async #openThrowAway(kind) {
    const database = this.#open(openDatabase());
    const opened = await Promise.allSettled([database, this.#open(openBroker(kind, database)), this.#openNeighbours()]);
    for (const { reason } of opened) if (reason) throw reason;
    [this.database, this.broker] = opened.map(({ value }) => value);
    this.play = newPlay();
  }

  /** Whether the tables of the queue are to be made, as a deployment would make them. */
  get needsMigration() {
    return this.broker.url.startsWith('postgres');
  }

  /** What `npx tasks migrate` does, with the same arguments. */
  async migrate() {
    const { runCli } = await import(this.#compiled('libs/task-queue/src/cli/run-cli.js'));
    let said = '';
    const say = (text) => (said += text);
    const args = ['migrate', '--broker', this.broker.url, '--schema', this.broker.keyPrefix];
    const code = await runCli(args, { version: '', out: say, err: say });
    if (code !== 0) throw new Error(said.trim());
  }

  /** @param {string} [journals] the folder in which they remember what happened */
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

  /** @param {number} workers processes beside the API; 0 = the API runs tasks itself */
  async openApps(workers) {
    this.#refuseWhenStopping();
    // Thumbnails and exports go with the API's process where nothing is kept.
    const dir = mkdtempSync(join(tmpdir(), 'task-queue-api-'));
    this.storage = this.home?.storage ?? join(dir, 'storage');
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

  /** Rejects as soon as a process of the blog ends without being asked to. */
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
    await Promise.allSettled([this.#opening]); // what is half open cannot be closed
    const failures = [];
    for (const close of this.#opened.toReversed()) await close().catch((error) => failures.push(error));
    if (failures.length > 0) throw new AggregateError(failures, failures.map((error) => error.message).join('; '));
  }

  /** Notes how to close it. @param opening a promise of something with `stop()` */
  async #open(opening) {
    const opened = await opening;
    this.#opened.push(() => opened.stop());
    return opened;
  }

  /** Before anything is made that nobody would remove any more. */
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
