delete from {schema}.result_waiter where id = any(array(
  select id from {schema}.result_waiter
  where expires_at <= clock_timestamp() + $2::float8 * interval '1 ms'
  limit $1 for update skip locked
))
returning 1
