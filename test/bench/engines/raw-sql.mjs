// What a queue with a row for each message comes to: claim batches in a bare loop, without messages being read, handlers called with them, leases being kept or any
// other duty of a worker. Two loops, so that the server never waits.
import { randomUUID } from 'node:crypto';
import pg from 'pg';

const BATCH = 500;
/** between the texts of a list: one long text is read several times as fast as an array */
const SEPARATOR = String.fromCharCode(30);
const OFTEN = 'autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0, autovacuum_vacuum_threshold';

export const version = () => null;

export const TABLES = `
  create table if not exists ready (
    queue text collate "C" not null,
    rank smallint not null,
    seq bigint generated always as identity (cache 100),
    id text collate "C" not null unique,
    body text collate "C" not null,
    primary key (queue, rank, seq)
  ) with (${OFTEN} = 20000);
  create table if not exists claim (
    owner bigint not null,
    number bigint not null,
    lease_until timestamptz not null,
    ids text collate "C" not null,
    bodies text collate "C" not null,
    primary key (owner, number)
  ) with (${OFTEN} = 1000);
  alter table claim alter column ids set storage external, alter column bodies set storage external;
  create table if not exists result (id text collate "C" primary key, record text collate "C" not null);`;

export const publish = {
  name: 'publish',
  text: `
    insert into ready (queue, rank, id, body)
    select 'bench', 4, p.id, p.body from unnest(string_to_array($1, chr(30)), string_to_array($2, chr(30))) as p(id, body)`,
};

const receive = {
  name: 'receive',
  text: `
    with taken as (
      delete from ready where queue = 'bench' and rank = 4 and seq = any(array(
        select seq from ready where queue = 'bench' and rank = 4 order by seq limit ${BATCH} for update skip locked))
      returning id, body
    )
    insert into claim (owner, number, lease_until, ids, bodies)
    select $1, $2, clock_timestamp() + interval '10 s', string_agg(id, chr(30)), string_agg(body, chr(30)) from taken having count(*) > 0
    returning ids, bodies`,
};

const settle = { name: 'settle', text: 'delete from claim where owner = $1 and number = $2' };

const settleWithResults = {
  name: 'settleWithResults',
  text: `
    with settled as (delete from claim where owner = $1 and number = $2 returning number)
    insert into result (id, record)
    select r.id, r.record from settled, unnest(string_to_array($3, chr(30)), string_to_array($4, chr(30))) as r(id, record)
    order by r.id`,
};

export const messageOf = (payload) => {
  const id = randomUUID();
  return { id, body: JSON.stringify({ id, task: 'bench.work', args: [payload], headers: { rootId: id } }) };
};

class RawSql {
  constructor(url, withResult) {
    this.pool = new pg.Pool({ connectionString: url, max: 3 });
    this.withResult = withResult;
  }

  ready() {
    return this.pool.query(TABLES);
  }

  add(payload) {
    return this.publish([payload]);
  }

  async addMany(payloads) {
    for (let at = 0; at < payloads.length; at += BATCH) await this.publish(payloads.slice(at, at + BATCH));
  }

  async work(handler) {
    let stop = false;
    const loops = [1, 2].map((owner) => this.loop(owner, handler, () => stop));
    return async () => {
      stop = true;
      await Promise.all(loops);
    };
  }

  close() {
    return this.pool.end();
  }

  publish(payloads) {
    const messages = payloads.map(messageOf);
    const list = (key) => messages.map((message) => message[key]).join(SEPARATOR);
    return this.pool.query({ ...publish, values: [list('id'), list('body')] });
  }

  async loop(owner, handler, stopped) {
    for (let number = 1; !stopped(); number++) {
      const { rows } = await this.pool.query({ ...receive, values: [owner, number] });
      if (rows.length > 0) await this.settle(owner, number, rows[0].ids.split(SEPARATOR), handler);
      else await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  settle(owner, number, ids, handler) {
    const records = ids.map((id) => ({ id, result: handler() }));
    if (!this.withResult) return this.pool.query({ ...settle, values: [owner, number] });
    const texts = records.map(({ id, result }) => JSON.stringify({ id, state: 'SUCCESS', result })).join(SEPARATOR);
    return this.pool.query({ ...settleWithResults, values: [owner, number, ids.join(SEPARATOR), texts] });
  }
}

export const withoutResult = ({ url }) => new RawSql(url, false);
export const withResult = ({ url }) => new RawSql(url, true);

/** Finished tasks, as copies of the one there is. */
export const fillHistory = (client, count) =>
  client.query(
    'insert into result (id, record) select gen_random_uuid()::text, r.record from (select * from result limit 1) r, generate_series(1, $1)',
    [count],
  );
