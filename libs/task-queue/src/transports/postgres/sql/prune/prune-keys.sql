delete from {schema}.unique_key where ctid = any(array(
  select ctid from {schema}.unique_key
  where until <= (select clock_timestamp() + $2::float8 * interval '1 ms')
  order by until limit $1 for update skip locked
))
returning 1
