-- Messages that were sent together share a row: one row of `block` for 8 to 32 messages that are new, untraced, small and ready at once, and
-- have one queue and priority. A receive takes whole blocks. A receive without room for the next block breaks it up into rows of `ready`, and
-- so does a statement that moves a single message of it.

-- chr(30) separates the messages of a block, chr(29) the blocks. It waits for no lock, like put_plain.
create function {schema}.put_blocks(queue text, head text, sizes integer[], ids text, bodies text) returns void language plpgsql as $$
begin
  insert into {schema}.block (queue, rank, seq, size, head, span, ids, bodies)
  select put_blocks.queue, 9 - put_blocks.head::smallint, nextval('{schema}.place'), b.size, put_blocks.head, {schema}.span_of(b.ids), b.ids, b.bodies
  from unnest(sizes, string_to_array(put_blocks.ids, chr(29)), string_to_array(put_blocks.bodies, chr(29))) as b(size, ids, bodies);
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
  if exists (select from {schema}.waiting) then perform {schema}.wake(array[publish_blocks.queue]); end if;
  perform {schema}.note_call(me, call_number, spent, '');
end
$$;

-- Breaks up blocks that this transaction has locked; the rows keep their places. Ids that are in `ready` already are left out.
create function {schema}.break_up(which tid[]) returns void language plpgsql as $$
begin
  with gone as (delete from {schema}.block b where b.ctid = any(which) returning b.*)
  insert into {schema}.ready (queue, rank, seq, id, head, body)
  select g.queue, g.rank, g.seq + m.ordinal - 1, m.id, g.head, m.body
  from gone g cross join lateral unnest(string_to_array(g.ids, chr(30)), string_to_array(g.bodies, chr(30))) with ordinality as m(id, body, ordinal)
  on conflict (id) do nothing;
end
$$;

-- Breaks up the blocks of these ids, so that each message can be moved alone. It waits for settlements and receives that have locked one.
create function {schema}.bring_out(wanted text[]) returns void language plpgsql as $$
declare
  which tid[] := array(
    select b.ctid from {schema}.block b where b.ctid = any(array(select h.which from {schema}.blocks_with(wanted) h))
    order by b.queue, b.rank, b.seq for update);
begin
  if cardinality(which) > 0 then perform {schema}.break_up(which); end if;
end
$$;

-- The first block of a line, whether rows come before it, and the blocks before the next row that fit into `room`: how many, and the last place.
create function {schema}.blocks_ahead(seg_queues text[], seg_ranks smallint[], seg_seqs bigint[], seg_lasts smallint[], room integer)
returns table (queue text, rank smallint, seq bigint, size integer, follows boolean, fitting bigint, end_rank integer, end_seq bigint)
stable language sql as $$
  with ahead as (
    select b.*, row_number() over line as n, sum(b.size) over line as sizes
    from (
      select o.* from unnest(seg_queues, seg_ranks, seg_seqs, seg_lasts) as s(queue, rank, seq, last)
      cross join lateral (
        select b.queue, b.rank, b.seq, b.size from {schema}.block b
        where b.queue = s.queue and (b.rank, b.seq) > (s.rank, s.seq) and b.rank <= s.last order by b.rank, b.seq limit room / 8 + 1
      ) o
      limit room / 8 + 1
    ) b
    window line as (order by b.rank, b.seq)
  ),
  next_row as (
    select r.rank, r.seq from ahead f cross join lateral (
      select r.rank, r.seq from {schema}.ready r
      where r.queue = f.queue and (r.rank, r.seq) > (f.rank, f.seq) order by r.rank, r.seq limit 1) r
    where f.n = 1
  ),
  fit as (select a.* from ahead a where a.sizes <= room and not exists (select from next_row r where (r.rank, r.seq) < (a.rank, a.seq)))
  select f.queue, f.rank, f.seq, f.size,
    exists (
      select from unnest(seg_ranks, seg_seqs, seg_lasts) as s(rank, seq, last)
      cross join lateral (
        select from {schema}.ready r
        where r.queue = f.queue and (r.rank, r.seq) > (s.rank, s.seq) and r.rank <= s.last and (r.rank, r.seq) < (f.rank, f.seq) limit 1) r),
    (select count(*) from fit), (select max(l.rank) from fit l), (select l.seq from fit l order by l.n desc limit 1)
  from ahead f where f.n = 1
$$;

-- Takes ready messages of several lines, rows and blocks in the order of their places. Claims have two numbers for each line.
create function {schema}.take_lines(
  me bigint, first_number bigint, names text[], seg_queues text[], seg_ranks smallint[], seg_seqs bigint[], seg_lasts smallint[],
  room integer, until timestamptz
) returns setof {schema}.taken language plpgsql as $$
declare
  line record;
  one {schema}.taken;
begin
  if not exists (
    select from unnest(seg_queues, seg_ranks, seg_seqs, seg_lasts) as s(queue, rank, seq, last)
    cross join lateral (
      select from {schema}.block b where b.queue = s.queue and (b.rank, b.seq) > (s.rank, s.seq) and b.rank <= s.last limit 1) b
  ) then
    return query select t.* from {schema}.take_ready(me, first_number, seg_queues, seg_ranks, seg_seqs, seg_lasts, room, until, 10, 0) t;
  elsif cardinality(names) = 1 then
    return query select t.* from {schema}.take_line(me, first_number, seg_queues, seg_ranks, seg_seqs, seg_lasts, room, until) t;
  else
    for line in
      select n.turn, array_agg(s.queue) as queues, array_agg(s.rank) as ranks, array_agg(s.seq) as seqs, array_agg(s.last) as lasts
      from unnest(names) with ordinality as n(name, turn) join unnest(seg_queues, seg_ranks, seg_seqs, seg_lasts) as s(queue, rank, seq, last)
        on s.queue = n.name
      group by n.turn order by n.turn
    loop
      for one in
        select t.* from {schema}.take_line(me, first_number + 2 * (line.turn - 1), line.queues, line.ranks, line.seqs, line.lasts, room, until) t
      loop
        room := room - one.size;
        return next one;
      end loop;
      exit when room = 0;
    end loop;
  end if;
end
$$;

-- The same for one line. Locks of other transactions can only distort the order.
create function {schema}.take_line(
  me bigint, number bigint, seg_queues text[], seg_ranks smallint[], seg_seqs bigint[], seg_lasts smallint[], room integer, until timestamptz
) returns setof {schema}.taken language plpgsql as $$
declare
  ahead record;
  one {schema}.taken;
  left_over integer := room;
begin
  select b.* into ahead from {schema}.blocks_ahead(seg_queues, seg_ranks, seg_seqs, seg_lasts, room) b;
  if ahead.follows then
    for one in select t.* from {schema}.take_ready(me, number, seg_queues, seg_ranks, seg_seqs, seg_lasts, room, until, ahead.rank, ahead.seq) t loop
      left_over := left_over - one.size;
      return next one;
    end loop;
    if left_over = 0 then return; end if;
    select b.* into ahead from {schema}.blocks_ahead(seg_queues, seg_ranks, seg_seqs, seg_lasts, left_over) b;
  end if;
  if ahead.fitting > 0 then
    for one in select t.* from {schema}.take_blocks(
      me, number + 1, seg_queues, seg_ranks, seg_seqs, seg_lasts, until, ahead.end_rank, ahead.end_seq, ahead.fitting) t
    loop
      left_over := left_over - one.size;
      return next one;
    end loop;
  end if;
  if left_over < room then return; end if;
  if ahead.fitting = 0 and ahead.size > room and {schema}.break_some(seg_queues, seg_ranks, seg_seqs, seg_lasts) then
    return query select t.* from {schema}.take_ready(
      me, number, seg_queues, seg_ranks, seg_seqs, seg_lasts, room, until, ahead.rank, ahead.seq + ahead.size) t;
    if found then return; end if;
  end if;
  return query select t.* from {schema}.take_ready(me, number, seg_queues, seg_ranks, seg_seqs, seg_lasts, room, until, 10, 0) t;
  if found or ahead.rank is null then return; end if;
  if room >= 32 then
    return query select t.* from {schema}.take_blocks(me, number + 1, seg_queues, seg_ranks, seg_seqs, seg_lasts, until, 10, 0, room / 32) t;
  elsif {schema}.break_some(seg_queues, seg_ranks, seg_seqs, seg_lasts) then
    return query select t.* from {schema}.take_ready(me, number, seg_queues, seg_ranks, seg_seqs, seg_lasts, room, until, 10, 0) t;
  end if;
end
$$;

-- Breaks up the next unlocked blocks of a line for a consumer with less room: several at once, so that its next receives find rows. Other
-- receives may have found nothing meanwhile.
create function {schema}.break_some(seg_queues text[], seg_ranks smallint[], seg_seqs bigint[], seg_lasts smallint[]) returns boolean language plpgsql as $$
declare
  which tid[] := array(
    select one.ctid from unnest(seg_queues, seg_ranks, seg_seqs, seg_lasts) as s(queue, rank, seq, last)
    cross join lateral (
      select b.ctid from {schema}.block b
      where b.queue = s.queue and (b.rank, b.seq) > (s.rank, s.seq) and b.rank <= s.last order by b.rank, b.seq limit 8 for update skip locked
    ) one
    where not exists (select from {schema}.queue q where q.paused and q.name = s.queue)
    limit 8);
begin
  if cardinality(which) = 0 then return false; end if;
  perform {schema}.break_up(which);
  perform {schema}.wake(seg_queues[1:1]);
  return true;
end
$$;

-- Takes the blocks of one line through (end_rank, end_seq).
create function {schema}.take_blocks(
  me bigint, number bigint, seg_queues text[], seg_ranks smallint[], seg_seqs bigint[], seg_lasts smallint[], until timestamptz,
  end_rank integer, end_seq bigint, at_most bigint
) returns setof {schema}.taken language plpgsql as $$
begin
  return query
  with picked as (
    delete from {schema}.block t where t.ctid = any(array(
      select one.ctid from unnest(seg_queues, seg_ranks, seg_seqs, seg_lasts) as s(queue, rank, seq, last)
      cross join lateral (
        select b.ctid from {schema}.block b
        where b.queue = s.queue and (b.rank, b.seq) > (s.rank, s.seq) and b.rank <= s.last and (b.rank, b.seq) <= (end_rank, end_seq)
        order by b.rank, b.seq limit at_most for update skip locked
      ) one
      where not exists (select from {schema}.queue q where q.paused and q.name = s.queue)
      limit at_most))
    returning t.queue, t.rank, t.seq, t.size, t.head, t.ids, t.bodies
  ),
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
