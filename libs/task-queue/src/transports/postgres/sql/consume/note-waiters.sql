-- Has these results announced for some time.
insert into {schema}.result_waiter (id, expires_at)
select w.id, clock_timestamp() + $2::float8 * interval '1 ms'
from (select distinct id collate "C" as id from pg_catalog.unnest($1::text[]) as n(id)) w
order by w.id
on conflict (id) do update set expires_at = excluded.expires_at
