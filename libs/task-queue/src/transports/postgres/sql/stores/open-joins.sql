-- A join that exists stays unchanged. Returns the joins that were opened.
insert into {schema}.task_join (id, expected, remaining, body, expires_at)
select o.id, o.expected, o.expected, o.body, clock_timestamp() + (o.keep + $5::float8) * interval '1 ms'
from unnest($1::text[], $2::integer[], $3::bytea[], $4::float8[]) as o(id, expected, body, keep)
order by o.id collate "C"
on conflict (id) do nothing
returning id
