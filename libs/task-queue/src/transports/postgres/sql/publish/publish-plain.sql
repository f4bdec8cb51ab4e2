select {schema}.publish_plain($1::bigint, $2::bigint, $3::bigint[], $4::text[], $5, $6, $7, $8)
