select {schema}.purge($1) as removed
