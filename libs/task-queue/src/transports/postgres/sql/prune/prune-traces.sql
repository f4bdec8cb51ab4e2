delete from {schema}.trace where id = any(array(
  select id from {schema}.trace
  where until <= (select clock_timestamp() + $2::float8 * interval '1 ms')
  order by until limit $1 for update skip locked
))
returning 1
