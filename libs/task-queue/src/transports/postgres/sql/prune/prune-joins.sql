delete from {schema}.task_join where id = any(array(
  select id from {schema}.task_join
  where expires_at <= (select clock_timestamp() + $2::float8 * interval '1 ms')
  order by expires_at limit $1 for update skip locked
))
returning 1
