select name from {schema}.queue order by name
