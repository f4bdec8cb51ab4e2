-- Ids are assigned before the commit: a reader starts $2 ms before the last command that it has seen.
select id::text as id, body, announced_at <= clock_timestamp() - $2::float8 * interval '1 ms' as settled
from {schema}.command where id > $1::bigint order by id
