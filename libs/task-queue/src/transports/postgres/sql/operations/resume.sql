with resumed as (update {schema}.queue set paused = false where name = $1 returning name)
select {schema}.wake(array_agg(name)) from resumed
