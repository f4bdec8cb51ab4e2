delete from {schema}.call where (owner, number) in (
  select owner, number from {schema}.call
  where called_at <= clock_timestamp() - interval '1 day' and $2::float8 is not null
  limit $1 for update skip locked
)
returning 1
