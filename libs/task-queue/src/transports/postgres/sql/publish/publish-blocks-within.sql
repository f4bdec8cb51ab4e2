select {schema}.put_blocks($1, $2, $3::integer[], $4, $5), {schema}.wake_later(array[$1::text])
