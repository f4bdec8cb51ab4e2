-- The next message of each priority (rank: 9 - priority), with one look-up in the index of rows and of blocks for each.
select first.id, coalesce(b.body, first.body) as body
from generate_series(0, 9) as line(rank)
cross join lateral (
  select next.id, next.body
  from (
    (select r.seq, r.id, r.body from {schema}.ready r where r.queue = $1 and r.rank = line.rank order by r.seq limit 1)
    union all
    (select o.seq, split_part(o.ids, chr(30), 1), split_part(o.bodies, chr(30), 1)
      from {schema}.block o where o.queue = $1 and o.rank = line.rank order by o.seq limit 1)
  ) as next(seq, id, body)
  order by next.seq limit 1
) first
left join {schema}.body b on b.id = first.id
order by line.rank
