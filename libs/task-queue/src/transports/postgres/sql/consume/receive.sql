select number::text, queue, ids, heads, bodies, tops, marks, next_in, suspects, swept
from {schema}.receive($1::bigint, $2::bigint, $3::text[], $4::text[], $5::smallint[], $6::bigint[], $7::smallint[], $8::integer, $9::float8, $10::text, $11::boolean, $12::float8, $13::float8, $14::float8, $15::float8, $16::float8)
