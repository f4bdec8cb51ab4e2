delete from {schema}.result where id = any(array(
  select id from {schema}.result
  where expires_at <= (select clock_timestamp() + $2::float8 * interval '1 ms')
  order by expires_at limit $1 for update skip locked
))
returning 1
