delete from {schema}.result
where id = any(array(select id from {schema}.result where id = any($1::text[]) order by id for update))
