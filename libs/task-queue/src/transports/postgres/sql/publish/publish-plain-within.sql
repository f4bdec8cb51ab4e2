select {schema}.put_plain($1::text[], $2, $3, $4, $5)
