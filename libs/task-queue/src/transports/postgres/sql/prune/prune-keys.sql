delete from {schema}.unique_key where (queue, key) in (
  select queue, key from {schema}.unique_key
  where until <= clock_timestamp() + $2::float8 * interval '1 ms'
  limit $1 for update skip locked
)
returning 1
