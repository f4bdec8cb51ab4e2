-- The row is what counts; the note only says that there is one.
with announced as (insert into {schema}.command (body) values ($1) returning id)
select pg_notify('{schema}:commands', id::text) from announced
