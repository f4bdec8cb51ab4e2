-- The row is what counts; the note only says where there is one.
with answered as (insert into {schema}.answer (address, body) values ($1, $2) returning address)
select pg_notify('{schema}:answers', address) from answered
