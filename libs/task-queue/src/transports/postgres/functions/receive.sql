-- Takes up to `room` messages of several queues. `turn`: 0 = no suspect, 1 = one first, 2 = one only if nothing else is ready.
-- `tend`: promote and sweep first (always done before it returns nothing). No lease ends before `seen`, and nothing is due before `due_seen`: the
-- caller has seen those rows. The last row says when to look again; its `tops` is the next `due_seen`.
-- Its commit need not be durable: a durable settlement makes the receives before it durable too.
create function {schema}.receive(
  me bigint, first_number bigint, names text[], seg_queues text[], seg_ranks smallint[], seg_seqs bigint[], seg_lasts smallint[],
  room integer, lease double precision, turn text, tend boolean, sweep_in double precision, seen double precision, due_seen double precision, waits double precision, shift double precision
) returns table (number bigint, queue text, ids text, heads text, bodies text, tops text, marks text, next_in double precision, suspects integer, swept double precision)
language plpgsql as $$
#variable_conflict use_column
declare
  at timestamptz := clock_timestamp() + shift * interval '1 ms';
  until timestamptz := at + lease * interval '1 ms';
  since timestamptz := to_timestamp(seen / 1000.0);
  due_since timestamptz := to_timestamp(due_seen / 1000.0);
  next_due timestamptz;
  limit_queues text[];
  limit_keys text[];
  open text[] := names;
  tended boolean := false;
  whole boolean := not exists (select from unnest(seg_ranks) as s(rank) where s.rank > -2);
  taken integer := 0;
  suspect_taken integer := 0;
  one record;
begin
  perform set_config('synchronous_commit', 'off', true);
  if waits > 0 then
    insert into {schema}.waiting (owner, queues, until) values (me, names, clock_timestamp() + waits * interval '1 ms')
    on conflict (owner) do update set queues = excluded.queues, until = excluded.until;
    perform {schema}.say_waiting(waits);
  end if;
  if exists (select from {schema}.queue q where q.paused) then
    open := array(
      select n.name from unnest(names) with ordinality as n(name, ord)
      where not exists (select from {schema}.queue q where q.name = n.name and q.paused) order by n.ord);
    select array_agg(s.queue), array_agg(s.rank), array_agg(s.seq), array_agg(s.last) into seg_queues, seg_ranks, seg_seqs, seg_lasts
    from unnest(seg_queues, seg_ranks, seg_seqs, seg_lasts) as s(queue, rank, seq, last) where s.queue = any(open);
  end if;
  loop
    if tend then
      if sweep_in <= 0 then
        while {schema}.sweep(since, at) loop null; end loop;
      end if;
      perform {schema}.promote(names, due_since, at);
      tended := true;
    end if;
    if turn = '1' then
      for one in select t.* from {schema}.take_suspect(me, first_number, open, until) t loop
        suspect_taken := 1;
        taken := taken + 1;
        return query select one.number, one.queue, one.ids, one.heads, one.bodies, ''::text, {schema}.marks_of(one.ids, at), null::double precision, null::integer, null::double precision;
      end loop;
    end if;
    if taken = 0 and room > 0 and {schema}.has_limited() then
      select array_agg(k.queue), array_agg(k.key) into limit_queues, limit_keys from {schema}.limits_in(open) k;
    end if;
    if taken = 0 and limit_keys is not null then
      for one in select t.* from {schema}.take_limited(me, first_number, limit_queues, limit_keys, room, until, at) t loop
        taken := taken + 1;
        room := room - one.size;
        perform {schema}.begin_unique(string_to_array(one.ids, chr(30)));
        return query select one.number, one.queue, one.ids, one.heads, one.bodies, ''::text, {schema}.marks_of(one.ids, at), null::double precision, null::integer, null::double precision;
      end loop;
    end if;
    if suspect_taken = 0 and room > 0 then
      for one in select t.* from {schema}.take_lines(me, first_number + cardinality(names), open, seg_queues, seg_ranks, seg_seqs, seg_lasts, room, until) t loop
        taken := taken + 1;
        if one.special then perform {schema}.begin_unique(string_to_array(one.ids, chr(30))); end if;
        return query select one.number, one.queue, one.ids, one.heads, one.bodies, one.tops, {schema}.marks_of(one.ids, at), null::double precision, null::integer, null::double precision;
      end loop;
    end if;
    if taken = 0 and turn = '2' then
      for one in select t.* from {schema}.take_suspect(me, first_number, open, until) t loop
        taken := taken + 1;
        return query select one.number, one.queue, one.ids, one.heads, one.bodies, ''::text, {schema}.marks_of(one.ids, at), null::double precision, null::integer, null::double precision;
      end loop;
    end if;
    -- Looks from the start of the line before it reports a queue as empty: messages at the front are before the cursor.
    exit when taken > 0 or (tended and whole);
    tend := not tended;
    whole := true;
    select array_agg(n.name), array_agg(-2::smallint), array_agg(0::bigint), array_agg(10::smallint) into seg_queues, seg_ranks, seg_seqs, seg_lasts
    from unnest(open) as n(name);
  end loop;
  if tended then
    select min(d.due) into next_due from unnest(names) as n(name) cross join lateral (
      select w.due from {schema}.delayed w where w.queue = n.name and w.due > due_since order by w.due limit 1) d;
    return query select null::bigint, null::text, null::text, null::text, null::text,
      (extract(epoch from least(at, next_due)) * 1000)::text, null::text,
      extract(epoch from least(
        next_due,
        (select min(greatest({schema}.next_slot(r), at)) from unnest(limit_keys) as k(key) join {schema}.rate r on r.key = k.key),
        (select greatest(c.lease_until, at + sweep_in * interval '1 ms') from {schema}.claim c where c.lease_until > since order by c.lease_until limit 1)
      ) - at)::double precision * 1000,
      (select count(*)::integer from unnest(open) as n(name) cross join lateral (
        select from {schema}.suspect w where w.queue = n.name limit 1) s),
      extract(epoch from least(at, (select min(c.lease_until) from {schema}.claim c where c.lease_until > since)))::double precision * 1000;
  end if;
end
$$;

-- A digit for each of these ids, 1 = it has a revoke mark; '' = none has.
create function {schema}.marks_of(ids text, at timestamptz) returns text stable language plpgsql as $$
declare
  marked text[];
begin
  if not {schema}.has_marks() then return ''; end if;
  marked := array(select r.id from {schema}.revoked r where r.id = any(string_to_array(ids, chr(30))) and r.until > at);
  if cardinality(marked) = 0 then return ''; end if;
  return (select string_agg(case when w.id = any(marked) then '1' else '0' end, '' order by w.ordinality)
    from unnest(string_to_array(ids, chr(30))) with ordinality as w(id));
end
$$;

create function {schema}.leave_waiting(me bigint) returns void language plpgsql as $$
begin
  delete from {schema}.waiting w where w.owner = me or w.until < clock_timestamp() - interval '1 min';
end
$$;

-- Bodies in the table of their own.
create function {schema}.bodies_of(wanted text[]) returns table (id text, body text) stable language plpgsql as $$
#variable_conflict use_column
begin
  return query select b.id, b.body from {schema}.body b where b.id = any(wanted);
end
$$;

-- Renews claims. Returns those that no longer exist (`ordinal` null), and the revoked messages of the others.
create function {schema}.extend(me bigint, numbers bigint[], lease double precision, shift double precision)
returns table (number bigint, ordinal integer, id text, terminate boolean) language plpgsql as $$
#variable_conflict use_column
declare
  at timestamptz := clock_timestamp() + shift * interval '1 ms';
  kept bigint[];
begin
  perform set_config('synchronous_commit', 'off', true);
  perform from (select w.number from unnest(numbers) as w(number) order by w.number offset 0) w
  cross join lateral (select from {schema}.claim c where c.owner = me and c.number = w.number and c.size > 0 for update) c;
  with renewed as (
    update {schema}.claim c set lease_until = at + lease * interval '1 ms'
    where c.owner = me and c.number = any(numbers) and c.size > 0 returning c.number)
  select coalesce(array_agg(r.number), '{}') into kept from renewed r;
  return query select w.number, null::integer, null::text, null::boolean from unnest(numbers) as w(number) where not w.number = any(kept);
  if cardinality(kept) > 0 and {schema}.has_marks() then
    return query select h.number, h.ordinal, h.id, r.terminate
    from {schema}.held_by(array_fill(me, array[cardinality(kept)]), kept) h join {schema}.revoked r on r.id = h.id collate "C" and r.until > at;
  end if;
end
$$;

-- A receive whose answer was lost: its messages go back uncharged, and a late copy of it takes nothing.
create function {schema}.release_lost(me bigint, numbers bigint[], queue text, shift double precision) returns void language plpgsql as $$
#variable_conflict use_column
declare
  at timestamptz := clock_timestamp() + shift * interval '1 ms';
  items {schema}.held[];
begin
  insert into {schema}.claim as c (owner, number, queue, lease_until, size, settled, special, ids, heads, bodies)
  select me, w.number, release_lost.queue, at + interval '10 min', 0, b'', false, '', '', '' from unnest(numbers) as w(number) order by w.number
  on conflict (owner, number) do update set lease_until = c.lease_until;
  items := array(select h from {schema}.held_by(array_fill(me, array[cardinality(numbers)]), numbers) h order by h.number, h.ordinal);
  update {schema}.claim c set size = 0, settled = b'', ids = '', heads = '', bodies = '', lease_until = at + interval '10 min'
  where c.owner = me and c.number = any(numbers) and c.size > 0;
  perform {schema}.put_back(items, at, false);
  perform {schema}.wake(array(select distinct i.queue from unnest(items) i));
end
$$;
