-- The id stays until it expires; members that arrive at this moment are removed with it then.
with closed as (
  update {schema}.task_join set body = null
  where id = any(array(select id from {schema}.task_join where id = any($1::text[]) and body is not null order by id for update))
  returning id
)
delete from {schema}.join_member m using closed where m.join_id = closed.id
