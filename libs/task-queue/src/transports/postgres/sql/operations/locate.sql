select id, queue, place from {schema}.places_of($1::text[])
