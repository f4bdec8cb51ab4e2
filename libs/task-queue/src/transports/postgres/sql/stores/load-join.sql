select expected, remaining, body, members, places, entries
from {schema}.join_of($1, clock_timestamp() + $2::float8 * interval '1 ms')
