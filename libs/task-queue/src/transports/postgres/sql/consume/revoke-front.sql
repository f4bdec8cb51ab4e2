select {schema}.revoke_front($1::text[], $2::float8)
