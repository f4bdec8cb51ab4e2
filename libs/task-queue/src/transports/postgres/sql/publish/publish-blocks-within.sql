select {schema}.put_blocks($1, $2, $3::integer[], $4, $5)
