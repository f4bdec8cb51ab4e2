-- Marks ids as revoked. From now on such a message that goes back to its queue goes to the front.
create function {schema}.revoke_mark(wanted text[], and_terminate boolean, keep double precision, shift double precision) returns void language plpgsql as $$
begin
  insert into {schema}.revoked as r (id, terminate, until)
  select distinct w.id collate "C" as id, and_terminate, clock_timestamp() + (keep + shift) * interval '1 ms' from unnest(wanted) as w(id)
  order by id
  on conflict (id) do update set terminate = r.terminate or excluded.terminate, until = greatest(r.until, excluded.until);
end
$$;

-- Runs after all marks have been waited for. A mark that is being set again at this moment stays until it expires.
create function {schema}.forget_marks(wanted text[]) returns void language plpgsql as $$
begin
  if not {schema}.has_marks() then return; end if;
  delete from {schema}.revoked r where r.id = any(array(select o.id from {schema}.revoked o where o.id = any(wanted) for update skip locked));
end
$$;

-- Moves waiting revoked messages to the front. It waits for settlements that have not seen the marks, so that no message is missed.
create function {schema}.revoke_front(wanted text[], shift double precision) returns void language plpgsql as $$
declare
  at timestamptz := clock_timestamp() + shift * interval '1 ms';
  items {schema}.held[];
begin
  perform from {schema}.claim c where string_to_array(c.ids, chr(30)) && wanted order by c.owner, c.number for share;
  with gone as (
    delete from {schema}.delayed d where d.id = any(array(select o.id from {schema}.delayed o where o.id = any(wanted) order by o.id for update)) returning d.*)
  select array_agg((0, 0, g.queue, g.id, g.head, g.body)::{schema}.held order by g.due, g.seq) into items from gone g;
  perform {schema}.put_back(items, at, true);
  with gone as (
    delete from {schema}.limited l where l.id = any(array(select o.id from {schema}.limited o where o.id = any(wanted) order by o.id for update)) returning l.*)
  select array_agg((0, 0, g.queue, g.id, g.head, g.body)::{schema}.held order by g.rank, g.seq) into items from gone g;
  perform {schema}.put_back(items, at, true);
  update {schema}.suspect s set seq = nextval('{schema}.front_place')
  where s.id = any(array(select o.id from {schema}.suspect o where o.id = any(wanted) order by o.id for update));
  perform {schema}.bring_out(wanted);
  update {schema}.ready r set rank = -1
  where r.id = any(array(select o.id from {schema}.ready o where o.id = any(wanted) order by o.id for update));
  perform {schema}.wake(array(select distinct p.queue from {schema}.places_of(wanted) p where p.place in ('ready', 'suspects')));
end
$$;

create function {schema}.counts(name text) returns table (ready integer, delayed integer, limited integer, leased integer, suspects integer, dead integer)
stable language sql set search_path = pg_catalog, pg_temp as $$
  select (select count(*) from {schema}.ready r where r.queue = name)::integer
      + (select coalesce(sum(b.size), 0) from {schema}.block b where b.queue = name)::integer,
    (select count(*)::integer from {schema}.delayed d where d.queue = name),
    (select count(*)::integer from {schema}.limited l where l.queue = name),
    (select coalesce(sum(length(replace(c.settled::text, '1', ''))), 0)::integer from {schema}.claim c where c.queue = name and c.size > 0),
    (select count(*)::integer from {schema}.suspect s where s.queue = name),
    (select count(*)::integer from {schema}.dead d where d.queue = name)
$$;

-- Moves dead letters to the end of their line and removes their results. One whose unique key another message holds stays. Returns a digit for each.
create function {schema}.redrive(name text, wanted text[], bodies text[], priorities text[], shift double precision) returns text language plpgsql as $$
declare
  at timestamptz := clock_timestamp() + shift * interval '1 ms';
  letter {schema}.dead;
  told json;
  done text := '';
begin
  perform from {schema}.dead d where d.id = any(wanted) and d.queue = name order by d.id for update;
  insert into {schema}.unique_key as k (queue, key)
  select distinct d.queue, (substr(d.head, 2)::json -> 'unique' ->> 'key') collate "C" as key from {schema}.dead d
  where d.id = any(wanted) and d.queue = name and length(d.head) > 1 and substr(d.head, 2)::json -> 'unique' is not null order by key
  on conflict (queue, key) do update set holder = k.holder;
  for i in 1 .. cardinality(wanted) loop
    select d.* into letter from {schema}.dead d where d.id = wanted[i] and d.queue = name;
    if not found or not {schema}.hold_again(letter, at) then
      done := done || '0';
      continue;
    end if;
    delete from {schema}.dead d where d.id = letter.id;
    delete from {schema}.result r where r.id = letter.id;
    if bodies[i] is not null then
      delete from {schema}.body b where b.id = letter.id;
      if octet_length(bodies[i]) > 8192 then insert into {schema}.body (id, body) values (letter.id, bodies[i]); end if;
      letter.body := case when octet_length(bodies[i]) > 8192 then chr(1) || 'b' else bodies[i] end;
    end if;
    perform {schema}.put_back(
      array[(0, 0, letter.queue, letter.id, {schema}.without_expiry({schema}.head_of(letter.head, priorities[i], 0)), letter.body)::{schema}.held], at, true);
    done := done || '1';
  end loop;
  perform {schema}.wake(array[name]);
  return done;
end
$$;

-- A message that runs although it had expired uses a slot like any other.
create function {schema}.without_expiry(head text) returns text immutable language sql as $$
  select case when length(head) = 1 then head else left(head, 1) || (substr(head, 2)::jsonb #- '{limit,expires}')::text end
$$;

-- Takes the unique key of a dead letter again; its row is locked. Returns false if another message holds the key.
create function {schema}.hold_again(letter {schema}.dead, at timestamptz) returns boolean language plpgsql as $$
declare
  spec json := case when length(letter.head) > 1 then substr(letter.head, 2)::json -> 'unique' end;
begin
  if spec is null then return true; end if;
  update {schema}.unique_key k set holder = letter.id, freed_at = spec ->> 'until',
    until = case when k.holder = letter.id and (k.until is null or k.until > at) then k.until
      else at + (spec ->> 'expires')::double precision * interval '1 ms' end
  where k.queue = letter.queue and k.key = spec ->> 'key' and (k.holder is null or k.holder = letter.id or k.until <= at);
  return found;
end
$$;

-- Removes some waiting messages of a queue as if they had never been sent. Returns how many.
create function {schema}.purge(name text) returns integer language plpgsql as $$
declare
  gone text[];
begin
  with of_blocks as (
    delete from {schema}.block b where b.ctid = any(array(select o.ctid from {schema}.block o where o.queue = name limit 80 for update skip locked)) returning b.ids),
  of_ready as (
    delete from {schema}.ready r where r.ctid = any(array(select o.ctid from {schema}.ready o where o.queue = name limit 5000 for update skip locked)) returning r.id),
  of_limited as (
    delete from {schema}.limited l where l.id = any(array(select o.id from {schema}.limited o where o.queue = name limit 5000 for update skip locked)) returning l.id),
  of_delayed as (
    delete from {schema}.delayed d where d.id = any(array(select o.id from {schema}.delayed o where o.queue = name limit 5000 for update skip locked)) returning d.id)
  select array_agg(a.id) into gone from (select o.id from of_ready o union all select o.id from of_delayed o union all select o.id from of_limited o
    union all select i.id from of_blocks o cross join lateral unnest(string_to_array(o.ids, chr(30))) as i(id)) a;
  if gone is null then return 0; end if;
  delete from {schema}.trace t where t.id = any(array(select o.id from {schema}.trace o where o.id = any(gone) order by o.id for update));
  perform {schema}.end_unique(gone);
  delete from {schema}.body b where b.id = any(gone);
  perform {schema}.forget_marks(gone);
  return cardinality(gone);
end
$$;

-- Removes the wanted dead letters, or some of all if `wanted` is null. Returns how many.
create function {schema}.purge_dead(name text, wanted text[]) returns integer language plpgsql as $$
declare
  gone text[];
begin
  with removed as (
    delete from {schema}.dead d where d.id = any(array(
      select o.id from {schema}.dead o where o.queue = name and (wanted is null or o.id = any(wanted)) order by o.id limit 5000 for update)) returning d.id)
  select array_agg(r.id) into gone from removed r;
  delete from {schema}.body b where b.id = any(gone);
  return coalesce(cardinality(gone), 0);
end
$$;

create function {schema}.set_rate(of_key text, interval_ms double precision) returns void language plpgsql as $$
begin
  insert into {schema}.rate as r (key, set) values (of_key, interval_ms) on conflict (key) do update set set = excluded.set;
  if exists (select from {schema}.waiting) then perform pg_notify('{schema}:work', ''); end if;
end
$$;
