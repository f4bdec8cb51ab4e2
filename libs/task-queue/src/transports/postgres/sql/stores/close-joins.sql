select {schema}.close_joins($1::text[])
