select {schema}.settle($1::bigint, $2::bigint, $3::boolean, $4::bigint[], $5::text[], $6::json, $7::text[], $8::json, $9::float8, $10::integer, $11::float8) as answer
