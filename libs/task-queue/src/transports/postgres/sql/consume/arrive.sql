-- The function locks the joins before it looks at them (migration 002).
select arrived_join, remaining_after, inserted
from {schema}.arrive($1::integer[], $2::text[], $3::text[], $4::integer[], $5::bytea[], $6::float8)
