-- The row is the command; the note only announces it.
with announced as (insert into {schema}.command (body) values ($1) returning id)
select pg_notify('{schema}:commands', id::text) from announced
