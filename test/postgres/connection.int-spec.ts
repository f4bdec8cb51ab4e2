import { silentLogger } from '../../libs/task-queue/src/ports/logger.js';
import { PgConnection } from '../../libs/task-queue/src/transports/postgres/postgres-connection.js';
import { databaseUrl } from '../support/services.js';

const sql = (text: string) => ({ name: text.slice(0, 40), text });
const opened: PgConnection[] = [];

function open(address: ConstructorParameters<typeof PgConnection>[0] = databaseUrl(), connection: Record<string, unknown> = {}) {
  const one = new PgConnection(address, { keyPrefix: 'tq_connection', connection, logger: silentLogger });
  opened.push(one);
  return one;
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

describe('a connection to PostgreSQL', () => {
  it('answers', async () => {
    const one = open();
    await one.connect();
    expect(await one.query(sql('select $1::int + 1 as sum'), [1])).toEqual([{ sum: 2 }]);
    expect(one.unbrokenSince).not.toBeNull();
  });
});

it('hears notes', async () => {
  const one = open();
  const heard = new Promise((resolve) => void one.listen('tq_connection:a', resolve));
  await one.listen('tq_connection:b', () => {});
  await one.query(sql(`select pg_notify('tq_connection:a', 'x')`), []);
  expect(await heard).toBe('x');
});
