// A producer process of the attack: sends transfers within transactions of the bank's database, some of which roll back.
import 'reflect-metadata';
import { setTimeout as wait } from 'node:timers/promises';
import { openApplication, type Application } from './application.js';
import { openLog } from './open-log.js';

const { BROKER_URL, BANK_URL, KEY_PREFIX, NAME, LOGS, ACCOUNTS } = process.env as Record<string, string>;
const PAUSE = 100;
const AT_ONCE = 3;

class RolledBack extends Error {}

const address = { broker: BROKER_URL!, keyPrefix: KEY_PREFIX!, database: BANK_URL ?? BROKER_URL!, poolSize: AT_ONCE + 1 };
// Its servers may be away: another is started then.
const app = await openApplication(address, openLog(LOGS, NAME!)).catch(() => process.exit(3));
process.once('disconnect', () => process.exit(1));
process.send!('ready');
for (let line = 0; line < AT_ONCE; line++) void transferForEver(app, `${NAME}.${line}`);

async function transferForEver({ dataSource, client }: Application, line: string): Promise<never> {
  for (let n = 0; ; n++) {
    await wait(PAUSE * Math.random() * 2 * AT_ONCE);
    const id = `${line}.${n}`;
    const transaction = dataSource.transaction(async (manager) => {
      await manager.query('insert into bank.intent (task) values ($1)', [id]);
      await client.withManager(manager).sendTask('transfer', [...twoAccounts(), 1, 'done'], { taskId: id });
      if (Math.random() < 0.2) throw new RolledBack();
    });
    // What cannot be sent or committed now is not sent: the table of intents tells which.
    await transaction.catch(() => undefined);
  }
}

function twoAccounts(): [from: number, to: number] {
  const count = Number(ACCOUNTS);
  const from = 1 + Math.floor(Math.random() * count);
  return [from, 1 + ((from + Math.floor(Math.random() * (count - 1))) % count)];
}
