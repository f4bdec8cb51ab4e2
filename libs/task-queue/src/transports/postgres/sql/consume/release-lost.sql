select {schema}.release_lost($1::bigint, $2::bigint[], $3::text, $4::float8)
