-- $2 is not used: commands are kept by the server's own clock.
delete from {schema}.command where id = any(array(
  select id from {schema}.command
  where announced_at <= clock_timestamp() - interval '5 minutes' and $2::float8 is not null
  order by id limit $1 for update skip locked
))
returning 1
