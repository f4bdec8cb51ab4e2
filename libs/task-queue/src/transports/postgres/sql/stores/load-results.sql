select id, record from {schema}.results_of($1::text[], clock_timestamp() + $2::float8 * interval '1 ms')
