select name from {schema}.queue where paused order by name
