-- In the transaction of a user: what it waits for has an end, and its own setting comes back.
select {schema}.publish_within($1::json, $2::float8, $3::float8, $4::integer) as told
