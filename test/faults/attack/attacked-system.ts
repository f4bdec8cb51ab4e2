import { mkdir } from 'node:fs/promises';
import type { Engine } from '../engine.js';
import { pass, type FaultServer } from '../fault.js';
import { untilQuiet } from '../collect.js';
import { KEY_PREFIX, SystemUnderTest } from '../system-under-test.js';
import { ACCOUNTS, Bank } from './bank.js';
import { Producers } from './producers.js';

export interface AttackedOptions {
  readonly engine: Engine;
  /** where compiled files are */
  readonly folder: string;
  readonly lease: number;
  /** starts the PostgreSQL of the application where the broker is none */
  startDatabase(): Promise<FaultServer>;
  /** folder for what processes log; absent = they log nothing */
  readonly logs?: string | undefined;
}

/** ms that a call waits for its broker: longer than faults can follow each other */
const PATIENCE = 300_000;

/** The system under test with an application's database, and with producers that send within its transactions. */
export class AttackedSystem {
  private constructor(
    readonly base: SystemUnderTest,
    readonly bank: Bank,
    readonly producers: Producers,
    private readonly database: FaultServer | undefined,
  ) {}

  static async open({ engine, folder, lease, logs, startDatabase }: AttackedOptions): Promise<AttackedSystem> {
    if (logs !== undefined) await mkdir(logs, { recursive: true });
    const database = engine.name === 'postgres' ? undefined : await startDatabase();
    const shared = { ...(database && { BANK_URL: database.url }), ...(logs !== undefined && { LOGS: logs }) };
    try {
      const worker = { worker: 'attack/children/worker-child.js', env: shared };
      const base = await SystemUnderTest.open({ engine, folder, lease, ...worker, patience: PATIENCE });
      const bank = await Bank.open(database?.url ?? base.server.url, KEY_PREFIX);
      const env = { ...shared, BROKER_URL: base.proxy.url, KEY_PREFIX, ACCOUNTS: String(ACCOUNTS) };
      return new AttackedSystem(base, bank, new Producers({ folder, env }), database);
    } catch (error) {
      await database?.stop();
      throw error;
    }
  }

  /**
   * What leaves the broker may come back through the outbox, and the other way round: both are empty, one after the other.
   * @returns false when work is still there after `limit` ms
   */
  async untilAtRest(limit: number): Promise<boolean> {
    const deadline = performance.now() + limit;
    while (performance.now() < deadline) {
      if (!(await untilQuiet(this.base, deadline - performance.now()))) return false;
      if ((await this.bank.waiting()) === 0 && (await untilQuiet(this.base, 0))) return true;
      await pass(50);
    }
    return false;
  }

  async close(): Promise<void> {
    await this.producers.stop();
    await this.base.close();
    await this.database?.stop();
  }
}
