select coalesce(max(id), 0)::text as id from {schema}.command
