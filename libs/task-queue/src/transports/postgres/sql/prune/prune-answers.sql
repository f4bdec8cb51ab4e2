-- Answers that came too late for the asking process. $2 is not used: answers are kept by the server's own clock.
delete from {schema}.answer where id = any(array(
  select id from {schema}.answer
  where answered_at <= clock_timestamp() - interval '5 minutes' and $2::float8 is not null
  order by id limit $1 for update skip locked
))
returning 1
