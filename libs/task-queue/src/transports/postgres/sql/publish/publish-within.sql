-- In the application's transaction: waiting for locks has a timeout, and the transaction's own setting is restored.
select {schema}.publish_within($1::json, $2::float8, $3::float8, $4::integer) as told
