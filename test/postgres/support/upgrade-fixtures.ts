/** Data as an application has it when its schema is at a version, and how to see after an upgrade that nothing of it was lost. */
export interface UpgradeFixture {
  /** `{schema}` stands for the schema */
  readonly fill: string;
  readonly look: string;
  readonly found: readonly object[];
}

/** One for each migration that brings tables. */
export const UPGRADE_FIXTURES: Readonly<Record<number, UpgradeFixture>> = {
  1: {
    fill: `
      insert into {schema}.queue (name, paused) values ('mail', true);
      insert into {schema}.ready (queue, rank, seq, id, head, body) values ('mail', 4, nextval('{schema}.place'), 'waiting', '5', 'body');`,
    look: `select r.id, r.body, q.paused from {schema}.ready r join {schema}.queue q on q.name = r.queue`,
    found: [{ id: 'waiting', body: 'body', paused: true }],
  },
  2: {
    fill: `
      insert into {schema}.result (id, terminal, retries, record, expires_at) values ('done', true, 1, '{"id":"done"}', now() + interval '1 day');
      insert into {schema}.task_join (id, expected, remaining, body, expires_at) values ('j', 2, 2, 'body', now() + interval '1 day');
      select {schema}.arrive('{0}', '{j}', '{m}', '{0}', array['value'::bytea], 0);`,
    look: `
      select r.id, r.retries, j.remaining, convert_from(m.value, 'UTF8') as value
      from {schema}.result r, {schema}.task_join j join {schema}.join_member m on m.join_id = j.id`,
    found: [{ id: 'done', retries: 1, remaining: 1, value: 'value' }],
  },
  3: {
    fill: `
      insert into {schema}.outbox (queue, publication) values ('mail', '{"id":"sent"}');
      insert into {schema}.task_record (id, settlement) values ('once', '{"id":"once"}');`,
    look: `select convert_from(o.publication, 'UTF8') as publication, r.id from {schema}.outbox o, {schema}.task_record r`,
    found: [{ publication: '{"id":"sent"}', id: 'once' }],
  },
  4: {
    fill: `
      insert into {schema}.task_result (task_id, task_name, state, retries, tags, result, date_created, date_updated, date_expires)
      values ('kept', 'mail.send', 'SUCCESS', 1, '{welcome}', '"sent"', now(), now(), now() + interval '1 day');`,
    look: `select task_id, state, retries, tags, result from {schema}.task_result`,
    found: [{ task_id: 'kept', state: 'SUCCESS', retries: 1, tags: ['welcome'], result: '"sent"' }],
  },
  5: {
    fill: `
      insert into {schema}.interval_schedule (every, period) values (10, 'minutes');
      insert into {schema}.periodic_task (name, task, interval_id, args, total_run_count)
      select 'kept', 'mail.send', id, '[7]', 3 from {schema}.interval_schedule;`,
    look: `
      select t.name, t.args, t.total_run_count, t.version, t.enabled, i.every::integer as every, i.period
      from {schema}.periodic_task t join {schema}.interval_schedule i on i.id = t.interval_id`,
    found: [{ name: 'kept', args: '[7]', total_run_count: 3, version: 1, enabled: true, every: 10, period: 'minutes' }],
  },
  7: {
    fill: `
      insert into {schema}.audit_entry (id, at, actor, role, action, target, change, outcome, request_id)
      values ('first', now(), 'ada', 'admin', 'schedule.delete', 'nightly', '{"before":1}', 'done', 'r1');`,
    look: `select id, actor, change from {schema}.audit_entry`,
    found: [{ id: 'first', actor: 'ada', change: '{"before":1}' }],
  },
};
