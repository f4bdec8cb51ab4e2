-- The next message of each priority (rank: 9 - priority), one look into the index each.
select first.id, coalesce(b.body, first.body) as body
from generate_series(0, 9) as line(rank)
cross join lateral (
  select r.id, r.body from {schema}.ready r where r.queue = $1 and r.rank = line.rank order by r.seq limit 1
) first
left join {schema}.body b on b.id = first.id
order by line.rank
