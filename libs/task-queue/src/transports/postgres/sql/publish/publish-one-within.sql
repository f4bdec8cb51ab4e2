call {schema}.put_one($1, $2, $3, $4)
