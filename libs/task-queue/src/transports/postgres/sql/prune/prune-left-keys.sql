-- Keys whose holder has ended, but that could not be released because another transaction had locked them. Each run looks at some keys, from
-- a random one on. A key that was changed since (xmin) is left alone: its holder may not be visible here.
with looked as materialized (
  select queue, key, holder, xmin::text as version from {schema}.unique_key
  where until is null and $2::float8 is not null
  order by queue, key
  offset floor(random() * greatest(0, (select count(*) from {schema}.unique_key) - $1::bigint + 1))
  limit $1::bigint
),
held as (
  select p.id from {schema}.places_of(array(select holder from looked where holder is not null)) p where p.place <> 'dead'
)
delete from {schema}.unique_key where (queue, key) in (
  select k.queue, k.key from {schema}.unique_key k join looked l on l.queue = k.queue and l.key = k.key
  where k.xmin::text = l.version and (l.holder is null or not exists (select from held h where h.id = l.holder))
  for update of k skip locked
)
returning 1
