-- Keys whose holder has ended, but that could not be released because another transaction had locked them. Each run looks at the keys of some
-- pages of the table, taken at random. A key that was changed since (xmin) is left alone: its holder may not be visible here.
with looked as materialized (
  select queue, key, holder, xmin::text as version
  from {schema}.unique_key tablesample system (least(100, 100 * 8192 * 16.0 / greatest(1, pg_relation_size('{schema}.unique_key'::regclass))))
  where until is null and $2::float8 is not null
  limit $1::bigint
),
held as (
  select p.id from {schema}.places_of(array(select holder from looked where holder is not null)) p where p.place <> 'dead'
)
delete from {schema}.unique_key where ctid = any(array(
  select k.ctid from looked l cross join lateral (
    select u.ctid from {schema}.unique_key u where u.queue = l.queue and u.key = l.key and u.xmin::text = l.version for update skip locked) k
  where l.holder is null or not exists (select from held h where h.id = l.holder)
))
returning 1
