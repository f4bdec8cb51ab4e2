select id, body from {schema}.bodies_of($1::text[])
