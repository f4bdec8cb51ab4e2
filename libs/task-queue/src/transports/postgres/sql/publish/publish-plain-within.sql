select {schema}.put_plain($1::text[], $2, $3, $4, $5), {schema}.wake_later($1::text[])
