select {schema}.redrive($1, $2::text[], $3::text[], $4::text[], $5::float8) as done
