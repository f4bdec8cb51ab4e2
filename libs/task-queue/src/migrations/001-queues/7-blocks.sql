-- What was sent together stands together: one row of `block` for up to 64 messages that are new, untraced, small and ready at once.
-- A receive takes blocks whole; one that has no room for the first of them breaks it up into rows of `ready`.

-- Lists of messages are separated by chr(30), those of blocks by chr(29). It waits for nobody, as put_plain.
create function {schema}.put_blocks(queue text, head text, sizes integer[], ids text, bodies text) returns void language plpgsql as $$
begin
  insert into {schema}.block (queue, rank, seq, size, head, span, ids, bodies)
  select put_blocks.queue, 9 - put_blocks.head::smallint, nextval('{schema}.place'), b.size, put_blocks.head, {schema}.span_of(b.ids), b.ids, b.bodies
  from unnest(sizes, string_to_array(put_blocks.ids, chr(29)), string_to_array(put_blocks.bodies, chr(29))) as b(size, ids, bodies);
  if exists (select from {schema}.waiting) then perform {schema}.wake(array[put_blocks.queue]); end if;
end
$$;

create function {schema}.span_of(ids text) returns {schema}.id_span immutable language sql as $$
  select {schema}.id_span(min(i.id collate "C"), max(i.id collate "C"), '[]') from unnest(string_to_array(ids, chr(30))) as i(id)
$$;

create function {schema}.publish_blocks(me bigint, call_number bigint, spent bigint[], queue text, head text, sizes integer[], ids text, bodies text)
returns void language plpgsql as $$
begin
  perform {schema}.know_queues(array[publish_blocks.queue]);
  perform {schema}.put_blocks(publish_blocks.queue, publish_blocks.head, sizes, ids, bodies);
  perform {schema}.note_call(me, call_number, spent, '');
end
$$;

-- Makes rows of blocks that this transaction has locked; they keep their places. An id that is there is there already.
create function {schema}.break_up(which tid[]) returns void language plpgsql as $$
begin
  with gone as (delete from {schema}.block b where b.ctid = any(which) returning b.*)
  insert into {schema}.ready (queue, rank, seq, id, head, body)
  select g.queue, g.rank, g.seq + m.ordinal - 1, m.id, g.head, m.body
  from gone g cross join lateral unnest(string_to_array(g.ids, chr(30)), string_to_array(g.bodies, chr(30))) with ordinality as m(id, body, ordinal)
  on conflict (id) do nothing;
end
$$;

-- Brings these ids out of their blocks, so that each can be moved alone. Settlements and receives that have locked one are waited for.
create function {schema}.bring_out(wanted text[]) returns void language plpgsql as $$
declare
  which tid[] := array(
    select b.ctid from {schema}.block b where b.ctid = any(array(select h.which from {schema}.blocks_with(wanted) h))
    order by b.queue, b.rank, b.seq for update);
begin
  if cardinality(which) > 0 then perform {schema}.break_up(which); end if;
end
$$;

-- The first block of these lines behind (after_rank, after_seq).
create function {schema}.next_block(
  seg_queues text[], seg_ranks smallint[], seg_seqs bigint[], seg_lasts smallint[], after_rank integer, after_seq bigint
) returns table (queue text, rank smallint, seq bigint, size integer) stable language sql as $$
  select s.queue, b.rank, b.seq, b.size from unnest(seg_queues, seg_ranks, seg_seqs, seg_lasts) with ordinality as s(queue, rank, seq, last, turn)
  cross join lateral (
    select o.rank, o.seq, o.size from {schema}.block o
    where o.queue = s.queue and (o.rank, o.seq) > (s.rank, s.seq) and o.rank <= s.last and (o.rank, o.seq) > (after_rank, after_seq) order by o.rank, o.seq limit 1) b
  order by s.turn limit 1
$$;

-- Hands out ready messages of several lines, rows and blocks in the order of their places. Numbers of claims: one for each line's rows, then one for its blocks.
create function {schema}.take_lines(
  me bigint, first_number bigint, names text[], seg_queues text[], seg_ranks smallint[], seg_seqs bigint[], seg_lasts smallint[],
  room integer, until timestamptz
) returns setof {schema}.taken language plpgsql as $$
declare
  one {schema}.taken;
  number bigint := first_number;
  name text;
begin
  if not exists (select from {schema}.next_block(seg_queues, seg_ranks, seg_seqs, seg_lasts, -2, 0)) then
    return query select * from {schema}.take_ready(me, first_number, seg_queues, seg_ranks, seg_seqs, seg_lasts, room, until, 10, 0);
    return;
  end if;
  foreach name in array names loop
    for one in
      select t.* from (
        select array_agg(s.queue) as queues, array_agg(s.rank) as ranks, array_agg(s.seq) as seqs, array_agg(s.last) as lasts
        from unnest(seg_queues, seg_ranks, seg_seqs, seg_lasts) as s(queue, rank, seq, last) where s.queue = name
      ) l cross join lateral {schema}.take_line(me, number, l.queues, l.ranks, l.seqs, l.lasts, room, until) t
    loop
      room := room - one.size;
      return next one;
    end loop;
    exit when room = 0;
    number := number + 2;
  end loop;
end
$$;

-- The same for one line. What others have locked distorts the order at most.
create function {schema}.take_line(
  me bigint, number bigint, seg_queues text[], seg_ranks smallint[], seg_seqs bigint[], seg_lasts smallint[], room integer, until timestamptz
) returns setof {schema}.taken language plpgsql as $$
declare
  block record;
  behind record;
  one {schema}.taken;
  left_over integer := room;
begin
  select b.* into block from {schema}.next_block(seg_queues, seg_ranks, seg_seqs, seg_lasts, -2, 0) b;
  if found then
    for one in select t.* from {schema}.take_ready(me, number, seg_queues, seg_ranks, seg_seqs, seg_lasts, room, until, block.rank, block.seq) t loop
      left_over := left_over - one.size;
      return next one;
    end loop;
    if left_over = room or left_over >= 64 then
      select r.rank, r.seq into behind from {schema}.ready r
      where r.queue = block.queue and (r.rank, r.seq) > (block.rank, block.seq) order by r.rank, r.seq limit 1;
      for one in select t.* from {schema}.take_blocks(me, number + 1, seg_queues, seg_ranks, seg_seqs, seg_lasts, left_over, until,
        coalesce(behind.rank::integer, 10), coalesce(behind.seq, 0)) t
      loop
        left_over := left_over - one.size;
        return next one;
      end loop;
    end if;
  end if;
  if left_over < room then return; end if;
  return query select * from {schema}.take_ready(me, number, seg_queues, seg_ranks, seg_seqs, seg_lasts, room, until, 10, 0);
  if not found then
    return query select * from {schema}.take_blocks(me, number + 1, seg_queues, seg_ranks, seg_seqs, seg_lasts, room, until, 10, 0);
  end if;
end
$$;

-- Hands out blocks of one line before (end_rank, end_seq): each time as many as fit whatever their size is, so that none is locked in vain.
create function {schema}.take_blocks(
  me bigint, number bigint, seg_queues text[], seg_ranks smallint[], seg_seqs bigint[], seg_lasts smallint[], room integer, until timestamptz,
  end_rank integer, end_seq bigint
) returns setof {schema}.taken language plpgsql as $$
declare
  which tid[] := '{}';
  found_now tid[];
  last record;
  left_over integer := room;
  after_rank integer := -2;
  after_seq bigint := 0;
begin
  loop
    found_now := array(
      select one.ctid from unnest(seg_queues, seg_ranks, seg_seqs, seg_lasts) as s(queue, rank, seq, last)
      cross join lateral (
        select b.ctid from {schema}.block b
        where b.queue = s.queue and (b.rank, b.seq) > (s.rank, s.seq) and b.rank <= s.last
          and (b.rank, b.seq) > (after_rank, after_seq) and (b.rank, b.seq) < (end_rank, end_seq)
        order by b.rank, b.seq limit greatest(left_over / 64, 1) for update skip locked
      ) one
      where not exists (select from {schema}.queue q where q.paused and q.name = s.queue)
      limit greatest(left_over / 64, 1));
    exit when cardinality(found_now) = 0;
    select b.queue, b.rank, b.seq, b.size, sum(b.size) over () as sizes into last
    from {schema}.block b where b.ctid = any(found_now) order by b.rank desc, b.seq desc limit 1;
    exit when last.size > left_over and left_over < room;
    if last.size > room then
      perform {schema}.break_up(found_now);
      perform {schema}.wake(array[last.queue]);
      return query select t.* from {schema}.take_ready(
        me, number, seg_queues, seg_ranks, seg_seqs, seg_lasts, room, until, last.rank, last.seq + last.size) t;
      return;
    end if;
    which := which || found_now;
    left_over := left_over - last.sizes;
    after_rank := last.rank;
    after_seq := last.seq;
    -- Of one more it is seen before that it fits.
    exit when left_over < 64 and not exists (
      select from {schema}.next_block(seg_queues, seg_ranks, seg_seqs, seg_lasts, after_rank, after_seq) n
      where n.size <= left_over and (n.rank, n.seq) < (end_rank, end_seq));
  end loop;
  return query
  with picked as (delete from {schema}.block b where b.ctid = any(which) returning b.*),
  claimed as (
    insert into {schema}.claim (owner, number, queue, lease_until, size, settled, special, ids, heads, bodies)
    select me, take_blocks.number, min(p.queue), until, sum(p.size), repeat('0', sum(p.size)::integer)::varbit, false,
      string_agg(p.ids, chr(30) order by p.rank, p.seq),
      string_agg(repeat(p.head || chr(30), p.size - 1) || p.head, chr(30) order by p.rank, p.seq),
      string_agg(p.bodies, chr(30) order by p.rank, p.seq)
    from picked p having count(*) > 0
    returning *
  )
  select c.number, c.size, c.queue, c.ids, c.heads, c.bodies,
    (select string_agg(o.rank || ':' || o.top, ',') from (select p.rank, max(p.seq) as top from picked p group by p.rank) o), c.special
  from claimed c;
end
$$;
