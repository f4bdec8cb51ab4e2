-- Ids are given before they are committed: whoever reads begins a little earlier than what it has seen ($2 ms).
select id::text as id, body, announced_at <= clock_timestamp() - $2::float8 * interval '1 ms' as settled
from {schema}.command where id > $1::bigint order by id
