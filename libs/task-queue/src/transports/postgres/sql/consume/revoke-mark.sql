select {schema}.revoke_mark($1::text[], $2::boolean, $3::float8, $4::float8)
