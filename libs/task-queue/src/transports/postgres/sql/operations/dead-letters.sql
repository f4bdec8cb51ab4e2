select d.seq::text, d.id, coalesce(b.body, d.body) as body, d.told, floor(extract(epoch from d.died_at) * 1000)::float8 as at
from {schema}.dead d left join {schema}.body b on b.id = d.id
where d.queue = $1 and ($2::bigint is null or d.seq < $2::bigint)
order by d.seq desc limit $3
