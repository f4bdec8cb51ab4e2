select {schema}.fate_of($1::bigint, $2::bigint) as answer
