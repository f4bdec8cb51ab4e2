select id, record from {schema}.result
where id = any($1::text[]) and expires_at > clock_timestamp() + $2::float8 * interval '1 ms'
