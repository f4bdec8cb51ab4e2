delete from {schema}.revoked where id = any(array(
  select id from {schema}.revoked
  where until <= clock_timestamp() + $2::float8 * interval '1 ms'
  limit $1 for update skip locked
))
returning 1
