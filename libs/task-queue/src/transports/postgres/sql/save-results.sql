-- Saves results unless a terminal one, or one of a later attempt, is there; whoever waits for an end is told.
with saved as (
  insert into {schema}.result as r (id, terminal, retries, record, expires_at)
  select s.id, s.terminal, s.retries, s.record, clock_timestamp() + ($5::float8 + $6::float8) * interval '1 ms'
  from unnest($1::text[], $2::boolean[], $3::integer[], $4::bytea[]) as s(id, terminal, retries, record)
  order by s.id collate "C"
  on conflict (id) do update
  set terminal = excluded.terminal, retries = excluded.retries, record = excluded.record, expires_at = excluded.expires_at
  where (not r.terminal and r.retries <= excluded.retries) or r.expires_at <= clock_timestamp() + $6::float8 * interval '1 ms'
  returning r.id, r.terminal
),
told as (
  select pg_notify('{schema}:results', w.id) from {schema}.result_waiter w join saved using (id) where saved.terminal
)
select saved.id, (select count(*) from told) as told from saved
