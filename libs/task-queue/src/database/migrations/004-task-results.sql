-- Results of tasks, for `results: 'typeorm'`, and dead letters. People search both by name, state, time and tag. Values are JSON
-- as text, because jsonb refuses a whole batch for one \u0000.
create table {schema}.task_result (
  task_id text collate "C" primary key,
  task_name text collate "C",
  periodic_task_name text,
  queue text,
  tags text[] collate "C" not null default '{}',
  state text collate "C" not null,
  retries integer not null,
  worker text,
  task_args text,
  task_kwargs text,
  content_type text not null default 'json',
  content_encoding text not null default 'utf-8',
  result text,
  error text,
  traceback text,
  meta text,
  content text,
  parent_id text,
  children text[],
  date_created timestamptz not null,
  date_started timestamptz,
  date_updated timestamptz not null,
  date_done timestamptz,
  date_expires timestamptz not null
) with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);

create index task_result_by_time on {schema}.task_result (date_created, task_id);
create index task_result_by_name on {schema}.task_result (task_name, date_created, task_id);
create index task_result_by_state on {schema}.task_result (state, date_created, task_id);
create index task_result_by_tag on {schema}.task_result using gin (tags) where tags <> '{}';
create index task_result_by_expiry on {schema}.task_result (date_expires);

create table {schema}.failed_task (
  queue text collate "C" not null,
  task_id text collate "C" not null,
  task_name text collate "C",
  tags text[] collate "C" not null default '{}',
  reason text collate "C" not null,
  error text not null,
  attempts text not null default '[]',
  retries integer not null,
  worker text,
  task_args text,
  task_kwargs text,
  parent_id text,
  date_created timestamptz,
  date_failed timestamptz not null,
  date_expires timestamptz not null,
  primary key (queue, task_id)
) with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);

create index failed_task_by_time on {schema}.failed_task (date_failed, task_id);
create index failed_task_by_name on {schema}.failed_task (task_name, date_failed, task_id);
create index failed_task_by_reason on {schema}.failed_task (reason, date_failed, task_id);
create index failed_task_by_tag on {schema}.failed_task using gin (tags) where tags <> '{}';
create index failed_task_by_expiry on {schema}.failed_task (date_expires);
