-- Settlements use the same function (migration 002).
select saved as id from {schema}.save_results(
  $1::text[], $2::boolean[], $3::integer[], $4::bytea[], pg_catalog.array_fill($5::float8, array[pg_catalog.cardinality($1::text[])]),
  clock_timestamp() + $6::float8 * interval '1 ms'
) as saved
