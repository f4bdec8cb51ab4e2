-- The row is the answer; the note only announces its address.
with answered as (insert into {schema}.answer (address, body) values ($1, $2) returning address)
select pg_notify('{schema}:answers', address) from answered
