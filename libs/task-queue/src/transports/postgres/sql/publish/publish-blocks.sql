select {schema}.publish_blocks($1::bigint, $2::bigint, $3::bigint[], $4, $5, $6::integer[], $7, $8)
