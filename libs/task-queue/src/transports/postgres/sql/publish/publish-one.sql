select {schema}.publish_one($1::bigint, $2::bigint, $3::bigint[], $4, $5, $6, $7)
