delete from {schema}.task_join where id = any(array(
  select id from {schema}.task_join
  where id = any($1::text[]) and expires_at <= clock_timestamp() + $2::float8 * interval '1 ms'
  order by id for update
))
returning id
