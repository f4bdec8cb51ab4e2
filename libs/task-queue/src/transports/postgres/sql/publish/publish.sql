select {schema}.publish($1::bigint, $2::bigint, $3::bigint[], $4::json, $5::float8, $6::float8) as told
