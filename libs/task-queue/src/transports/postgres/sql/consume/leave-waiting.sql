select {schema}.leave_waiting($1::bigint)
