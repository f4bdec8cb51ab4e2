-- Puts messages in line: those that wait for no time to the front of their line, in order; `back`: to its end. Ids marked as new are not
-- looked up: if such an id was known, the second message is dropped here, and blocks no other.
create function {schema}.put_back(items {schema}.held[], at timestamptz, back boolean) returns void language plpgsql as $$
begin
  if coalesce(cardinality(items), 0) = 0 then return; end if;
  if exists (select from unnest(items) i where length(i.head) > 1) then items := {schema}.put_aside(items, at, back); end if;
  insert into {schema}.ready (queue, rank, seq, id, head, body, big)
  select m.queue, case when {schema}.is_revoked(m.id, at) then -1 else 9 - left(m.head, 1)::smallint end,
    case when back then nextval('{schema}.place') else nextval('{schema}.front_place') end, m.id, m.head, m.body, {schema}.big_of(m.id, m.body)
  from (select i.* from unnest(items) with ordinality as i order by case when back then i.ordinality else -i.ordinality end) m
  on conflict (id) do nothing;
end
$$;

-- Suspects and messages with a limit have lines of their own. Returns the others.
create function {schema}.put_aside(items {schema}.held[], at timestamptz, back boolean) returns {schema}.held[] language plpgsql as $$
begin
  insert into {schema}.suspect (queue, seq, id, head, body)
  select i.queue, case when {schema}.is_revoked(i.id, at) then nextval('{schema}.front_place') else nextval('{schema}.place') end, i.id, i.head, i.body
  from unnest(items) i where {schema}.lost_of(i.head) >= 2
  on conflict (id) do nothing;
  insert into {schema}.limited (queue, key, rank, seq, id, head, body, expires)
  select m.queue, m.spec ->> 'key', 9 - left(m.head, 1)::smallint,
    case when back then nextval('{schema}.place') else nextval('{schema}.front_place') end, m.id, m.head, m.body,
    to_timestamp((m.spec ->> 'expires')::double precision / 1000.0)
  from (
    select i.*, {schema}.limit_of(i.head) as spec from unnest(items) with ordinality as i
    where {schema}.lost_of(i.head) < 2 and {schema}.limit_of(i.head) is not null and not {schema}.is_revoked(i.id, at)
    order by case when back then i.ordinality else -i.ordinality end
  ) m
  on conflict (id) do nothing;
  return array(
    select (i.number, i.ordinal, i.queue, i.id, i.head, i.body)::{schema}.held from unnest(items) with ordinality as i
    where {schema}.lost_of(i.head) < 2 and ({schema}.limit_of(i.head) is null or {schema}.is_revoked(i.id, at)) order by i.ordinality);
end
$$;

create function {schema}.limit_of(head text) returns json immutable language sql as $$
  select case when length(head) > 1 then substr(head, 2)::json -> 'limit' end
$$;

-- Whether there may be revoke marks. It reads no rows: dead ones would be read again and again.
create function {schema}.has_marks() returns boolean language sql as $$
  select pg_relation_size('{schema}.revoked'::regclass) > 0
$$;

-- Whether messages that this call settles have a revoke mark. `offset 0`: each id is looked up by itself.
create function {schema}.settles_marked(me bigint, numbers bigint[], masks text[]) returns boolean stable language plpgsql as $$
begin
  if not {schema}.has_marks() then return false; end if;
  return exists (
    select from unnest(numbers, masks) as m(number, mask)
    cross join lateral (select c.ids from {schema}.claim c where c.owner = me and c.number = m.number and c.size > 0 offset 0) c
    cross join lateral unnest(string_to_array(c.ids, chr(30))) with ordinality as i(id, ordinal)
    where substr(m.mask, i.ordinal::integer, 1) = '1'
      and exists (select from {schema}.revoked r where r.id = i.id collate "C" offset 0));
end
$$;

create function {schema}.is_revoked(wanted text, at timestamptz) returns boolean stable language sql as $$
  select exists (select from {schema}.revoked r where r.id = wanted and r.until > at)
$$;

-- Charges expired leases and returns their messages. It never ends a task. No lease expired before `since`: the caller has seen those rows,
-- so that dead rows in the index are not read again.
create function {schema}.sweep(since timestamptz, at timestamptz) returns boolean language plpgsql as $$
declare
  owners bigint[];
  numbers bigint[];
  items {schema}.held[];
begin
  select array_agg(e.owner), array_agg(e.number) into owners, numbers from (
    select c.owner, c.number from {schema}.claim c where c.lease_until > since and c.lease_until <= at order by c.lease_until limit 50 for update skip locked) e;
  if owners is null then return false; end if;
  items := array(
    select (h.number, h.ordinal, h.queue, h.id, {schema}.head_of(h.head, left(h.head, 1), {schema}.lost_of(h.head) + 1), h.body)::{schema}.held
    from {schema}.held_by(owners, numbers) h order by h.number, h.ordinal);
  delete from {schema}.claim c using unnest(owners, numbers) as w(owner, number) where c.owner = w.owner and c.number = w.number;
  perform {schema}.put_back(items, at, false);
  perform {schema}.wake(array(select distinct i.queue from unnest(items) i));
  return true;
end
$$;

-- Puts due messages in line, the earliest first. Nothing is due before `since`.
create function {schema}.promote(names text[], since timestamptz, at timestamptz) returns void language plpgsql as $$
declare
  items {schema}.held[];
begin
  with gone as (
    delete from {schema}.delayed d where d.id = any(array(
      select one.id from unnest(names) as n(name) cross join lateral (
        select w.id from {schema}.delayed w where w.queue = n.name and w.due > since and w.due <= at order by w.due, w.seq limit 500 for update skip locked) one))
    returning d.*)
  select array_agg((0, 0, g.queue, g.id, g.head, g.body)::{schema}.held order by g.due, g.seq) into items from gone g;
  if items is not null then perform {schema}.put_back(items, at, true); end if;
end
$$;

-- Takes one suspect, alone.
create function {schema}.take_suspect(me bigint, number bigint, names text[], until timestamptz) returns setof {schema}.claim language plpgsql as $$
begin
  return query with one as (
    delete from {schema}.suspect s where s.id = any(array(
      select o.id from unnest(names) with ordinality as n(name, turn) cross join lateral (
        select w.id from {schema}.suspect w where w.queue = n.name order by w.seq limit 1 for update skip locked) o
      where not exists (select from {schema}.queue q where q.paused and q.name = n.name)
      order by n.turn limit 1))
    returning s.*)
  insert into {schema}.claim (owner, number, queue, lease_until, size, settled, special, ids, heads, bodies)
  select me, take_suspect.number, one.queue, until, 1, b'0', true, one.id, one.head, one.body from one
  returning *;
end
$$;

create type {schema}.taken as (number bigint, size integer, queue text, ids text, heads text, bodies text, tops text, special boolean);

-- Takes single ready messages before (end_rank, end_seq). The same statement reads pauses, so that a pause that came before a message is seen. Segments say where in the lines to look: queue, and from behind (rank, seq) through rank `last`.
create function {schema}.take_ready(
  me bigint, first_number bigint, seg_queues text[], seg_ranks smallint[], seg_seqs bigint[], seg_lasts smallint[], room integer, until timestamptz,
  end_rank integer, end_seq bigint
) returns setof {schema}.taken language plpgsql as $$
#variable_conflict use_column
begin
  return query
  with picked as (
    delete from {schema}.ready t where t.ctid = any(array(
      select b.ctid from (
        select c.ctid, sum(coalesce(c.big, 0)) over (rows unbounded preceding) - coalesce(c.big, 0) as before from (
          select one.ctid, one.big
          from unnest(seg_queues, seg_ranks, seg_seqs, seg_lasts) with ordinality as s(queue, rank, seq, last, turn)
          cross join lateral (
            select r.ctid, r.big from {schema}.ready r
            where r.queue = s.queue and (r.rank, r.seq) > (s.rank, s.seq) and r.rank <= s.last and (r.rank, r.seq) < (end_rank, end_seq)
            order by r.rank, r.seq limit room for update skip locked
          ) one
          where not exists (select from {schema}.queue q where q.paused and q.name = s.queue)
          limit room
        ) c
      ) b where b.before < 4194304))
    returning t.queue, t.rank, t.seq, t.id, t.head, t.body, t.big
  ),
  tops as (
    select o.queue, string_agg(o.rank || ':' || o.top, ',') as tops
    from (select p.queue, p.rank, max(p.seq) as top from picked p group by p.queue, p.rank) o group by o.queue
  ),
  gathered as (
    select p.queue, count(*)::integer as size, bool_or(length(p.head) > 1 or p.big is not null) as special,
      string_agg(p.id, chr(30) order by p.rank, p.seq) as ids,
      string_agg(p.head, chr(30) order by p.rank, p.seq) as heads,
      string_agg(p.body, chr(30) order by p.rank, p.seq) as bodies
    from picked p group by p.queue
  ),
  claimed as (
    insert into {schema}.claim (owner, number, queue, lease_until, size, settled, special, ids, heads, bodies)
    select me, first_number + row_number() over () - 1, g.queue, until, g.size, repeat('0', g.size)::varbit, g.special, g.ids, g.heads, g.bodies
    from gathered g
    returning *
  )
  select c.number, c.size, c.queue, c.ids, c.heads, c.bodies, tops.tops, c.special from claimed c join tops on tops.queue = c.queue;
end
$$;

-- Whether messages may wait for a slot. Like has_marks, it reads no rows.
create function {schema}.has_limited() returns boolean language sql as $$
  select pg_relation_size('{schema}.limited'::regclass) > 0
$$;

-- The limits for which messages of these queues wait. Each is found in one step of the index, however many messages wait.
create function {schema}.limits_in(names text[]) returns table (queue text, key text) stable language sql as $$
  with recursive k (queue, key) as (
    select n.name collate "C", (select min(l.key) from {schema}.limited l where l.queue = n.name) from unnest(names) as n(name)
    union all
    select k.queue, (select min(l.key) from {schema}.limited l where l.queue = k.queue and l.key > k.key) from k where k.key is not null
  )
  select k.queue, k.key from k where k.key is not null
$$;

-- The instant from which the next message of a key may go.
create function {schema}.next_slot(r {schema}.rate) returns timestamptz immutable language sql as $$
  select coalesce(r.last + coalesce(r.set, r.published) * interval '1 ms', '-infinity')
$$;

-- Takes messages that have a slot, unless as many with a higher priority are ready. Revoked and expired messages use no slot, so that a
-- worker ends them. A slot that was used slightly late does not move later slots; after a longer delay the slots start again.
create function {schema}.take_limited(
  me bigint, first_number bigint, line_queues text[], line_keys text[], room integer, until timestamptz, at timestamptz
) returns setof {schema}.claim language plpgsql as $$
#variable_conflict use_column
declare
  line record;
  rate {schema}.rate;
  one {schema}.limited;
  items {schema}.held[] := '{}';
  better integer;
  taken_rank smallint;
  taken_seq bigint;
begin
  for line in select k.queue, k.key from unnest(line_queues, line_keys) as k(queue, key) loop
    select r.* into rate from {schema}.rate r where r.key = line.key for update skip locked;
    continue when not found;
    taken_rank := -2;
    taken_seq := 0;
    while cardinality(items) < room and {schema}.next_slot(rate) <= at loop
      select l.* into one from {schema}.limited l where l.queue = line.queue and l.key = line.key and (l.rank, l.seq) > (taken_rank, taken_seq)
        and not exists (select from {schema}.queue q where q.paused and q.name = line.queue) order by l.rank, l.seq limit 1 for update skip locked;
      exit when not found;
      select count(*) into better from (
        select from {schema}.ready r where r.queue = line.queue and r.rank < one.rank limit room - cardinality(items)) b;
      better := better + (select coalesce(sum(b.size), 0) from (
        select o.size from {schema}.block o where o.queue = line.queue and o.rank < one.rank limit room / 8 + 1) b);
      exit when better >= room - cardinality(items);
      delete from {schema}.limited l where l.id = one.id;
      taken_rank := one.rank;
      taken_seq := one.seq;
      items := items || (0, 0, one.queue, one.id, one.head, one.body)::{schema}.held;
      if (one.expires is null or one.expires > at) and not {schema}.is_revoked(one.id, at) then
        rate.last := case when {schema}.next_slot(rate) < at - interval '100 ms' then at else {schema}.next_slot(rate) end;
      end if;
    end loop;
    update {schema}.rate r set last = rate.last where r.key = line.key and r.last is distinct from rate.last;
  end loop;
  return query insert into {schema}.claim (owner, number, queue, lease_until, size, settled, special, ids, heads, bodies)
  select me, first_number + row_number() over () - 1, g.queue, until, g.size, repeat('0', g.size)::varbit, true, g.ids, g.heads, g.bodies
  from (
    select i.queue, count(*)::integer as size, string_agg(i.id, chr(30) order by i.ordinality) as ids,
      string_agg(i.head, chr(30) order by i.ordinality) as heads, string_agg(i.body, chr(30) order by i.ordinality) as bodies
    from unnest(items) with ordinality as i group by i.queue
  ) g
  returning *;
end
$$;

-- Messages start: releases keys that last until the start. A key that another transaction has locked stays; its next user sees that no message holds it.
create function {schema}.begin_unique(wanted text[]) returns void language plpgsql as $$
begin
  delete from {schema}.unique_key k where (k.queue, k.key) in (
    select h.queue, h.key from {schema}.unique_key h where h.holder = any(wanted) and h.freed_at = 'start' for update skip locked);
end
$$;

-- Messages end: releases keys that last until the end.
create function {schema}.end_unique(wanted text[]) returns void language plpgsql as $$
begin
  delete from {schema}.unique_key k where (k.queue, k.key) in (
    select h.queue, h.key from {schema}.unique_key h where h.holder = any(wanted) and h.freed_at <> 'expiry' for update skip locked);
end
$$;
