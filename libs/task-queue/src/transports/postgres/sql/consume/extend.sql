select number::text, ordinal, id, terminate from {schema}.extend($1::bigint, $2::bigint[], $3::float8, $4::float8)
