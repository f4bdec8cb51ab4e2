select {schema}.know_queues($1::text[])
