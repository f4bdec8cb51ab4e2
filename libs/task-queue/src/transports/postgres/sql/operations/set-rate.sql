select {schema}.set_rate($1, $2::float8)
