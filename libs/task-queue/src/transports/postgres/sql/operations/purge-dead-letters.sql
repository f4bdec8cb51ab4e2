select {schema}.purge_dead($1, $2::text[]) as removed
