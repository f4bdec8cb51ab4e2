create type {schema}.settlement as (
  claim bigint, ordinal integer, kind text, traced boolean, body text, priority text, delay double precision, eta double precision,
  charge boolean, told text
);

-- Settles a batch of one consumer. `masks`: for each claim a digit for each of its deliveries, 1 = settled by this call.
-- `others`: settlements other than an ack, and acks with a trace; `saves`: results as lists of claim, id, terminal, retries, record, ms to keep; `publications` and arrivals go with the settlement (claim, ordinal).
-- Returns '' if all were accepted and there is nothing else to report; otherwise JSON: refused, held back, joined, revoked.
create function {schema}.settle(
  me bigint, call_number bigint, again boolean, numbers bigint[], masks text[], others json, saves text[], company json,
  trace_ttl double precision, dead_limit integer, shift double precision
) returns text language plpgsql as $$
declare
  at timestamptz := clock_timestamp() + shift * interval '1 ms';
  live bigint[];
  special boolean;
  answer text := '';
  cut integer;
begin
  -- The first copy may still be under way: who did not wait for its end could not tell what became of it.
  if again then perform set_config('lock_timeout', '0', true); end if;
  select array_agg(c.number), bool_or(c.special) into live, special from (
    select c.number, c.special from (select w.number from unnest(numbers) as w(number) order by w.number offset 0) w
    cross join lateral (select c.number, c.special from {schema}.claim c where c.owner = me and c.number = w.number and c.size > 0 for update) c) c;
  if again then
    select s.answer into answer from {schema}.call s where s.owner = me and s.number = call_number;
    if found then return answer; end if;
    answer := '';
  end if;
  if live is not null and (special or others is not null or company is not null or {schema}.settles_marked(me, numbers, masks)) then
    answer := {schema}.settle_more(me, live, numbers, masks, others, company, trace_ttl, dead_limit, shift, at);
  end if;
  if saves is not null and live is not null then perform {schema}.save_with(saves, live, at); end if;
  with gone as (
    delete from {schema}.claim c using unnest(numbers, masks) as m(number, mask)
    where c.owner = me and c.number = any(numbers) and c.number = m.number and c.size > 0 and position(b'0' in c.settled | m.mask::varbit) = 0 returning 1)
  select count(*) into cut from gone;
  if live is not null and cut < cardinality(live) then
    update {schema}.claim c set settled = c.settled | m.mask::varbit from unnest(numbers, masks) as m(number, mask)
    where c.owner = me and c.number = any(numbers) and c.number = m.number and c.size > 0;
  end if;
  if live is null or cardinality(live) < cardinality(numbers) then
    answer := (coalesce(nullif(answer, ''), '{}')::jsonb
      || jsonb_build_object('refused', (select jsonb_agg(w.number::text) from unnest(numbers) as w(number) where live is null or not w.number = any(live))))::text;
  end if;
  perform {schema}.note_call(me, call_number, array[call_number - 1], answer);
  return answer;
end
$$;

-- The effects of a settlement besides removing its delivery from the claim.
create function {schema}.settle_more(
  me bigint, live bigint[], numbers bigint[], masks text[], others json, company json, trace_ttl double precision, dead_limit integer,
  shift double precision, at timestamptz
) returns text language plpgsql as $$
declare
  held {schema}.held[] := array(
    select h from {schema}.held_by(array_fill(me, array[cardinality(live)]), live) h
    join unnest(numbers, masks) as m(number, mask) on m.number = h.number and substr(m.mask, h.ordinal, 1) = '1'
    order by h.number, h.ordinal);
  told {schema}.settlement[] := array(select s from json_populate_recordset(null::{schema}.settlement, others) s where s.claim = any(live));
  items {schema}.publication[];
  over text[];
  ended text[];
  held_back jsonb;
  joined jsonb;
  news jsonb;
  patience text := current_setting('lock_timeout');
begin
  over := array(
    select h.id from unnest(held) h left join unnest(told) t on t.claim = h.number and t.ordinal = h.ordinal
    where t.kind is null or t.kind = 'ack');
  ended := array(
    select h.id from unnest(held) h join unnest(told) t on t.claim = h.number and t.ordinal = h.ordinal where t.traced);
  items := array(
    select i from json_array_elements(company -> 'publish') c
    cross join lateral json_populate_record(null::{schema}.publication, c) i where (c ->> 'claim')::bigint = any(live));
  perform {schema}.know_queues(array(select distinct i.queue from unnest(items) i));
  -- A transaction of the application may hold ids, keys and limits for as long as it likes: the settlement is set apart and tried again.
  perform set_config('lock_timeout', '100ms', true);
  perform {schema}.lock_ids(ended || array(select i.id from unnest(items) i where i.fresh is not true));
  perform {schema}.leave_traces(ended, array_fill(at + trace_ttl * interval '1 ms', array[cardinality(ended)]));
  if exists (select from unnest(items) i where i.key is not null) then perform {schema}.lock_keys(items); end if;
  perform {schema}.end_unique(over || array(
    select h.id from unnest(held) h join unnest(told) t on t.claim = h.number and t.ordinal = h.ordinal where t.kind = 'deadLetter'));
  delete from {schema}.body b where b.id = any(over);
  news := {schema}.give_back(held, told, at);
  perform {schema}.bury(held, told, dead_limit, at);
  if cardinality(items) > 0 then
    held_back := {schema}.put(items, at, trace_ttl);
    perform {schema}.wake(array(select distinct i.queue from unnest(items) i));
  end if;
  perform set_config('lock_timeout', patience, true);
  perform {schema}.forget_marks(over || array(
    select h.id from unnest(held) h join unnest(told) t on t.claim = h.number and t.ordinal = h.ordinal where t.kind = 'deadLetter'));
  if company -> 'arrivals' is not null then joined := {schema}.arrive_with(company -> 'arrivals', live, shift); end if;
  if news is null and coalesce(held_back, '[]') = '[]' and joined is null then return ''; end if;
  return jsonb_strip_nulls(jsonb_build_object('heldBack', held_back, 'joined', joined, 'revoked', news))::text;
end
$$;

-- Retries and releases. Returns those with a revoke mark: they wait for no time or turn, because a worker ends them.
create function {schema}.give_back(held {schema}.held[], told {schema}.settlement[], at timestamptz) returns jsonb language plpgsql as $$
declare
  news jsonb;
  moves record;
begin
  if not exists (select from unnest(told) t where t.kind in ('retry', 'release')) then return null; end if;
  delete from {schema}.body b using unnest(held) h join unnest(told) t on t.claim = h.number and t.ordinal = h.ordinal and t.kind = 'retry' where b.id = h.id;
  insert into {schema}.body (id, body)
  select h.id, t.body from unnest(held) h join unnest(told) t on t.claim = h.number and t.ordinal = h.ordinal
  where t.kind = 'retry' and octet_length(t.body) > 8192;
  for moves in
    with back as (
      select h.number, h.ordinal, h.queue, h.id,
        case when t.kind = 'retry' then {schema}.head_of(h.head, t.priority, 0)
          when t.charge then {schema}.head_of(h.head, left(h.head, 1), {schema}.lost_of(h.head) + 1) else h.head end as head,
        case when t.kind <> 'retry' then h.body when octet_length(t.body) > 8192 then chr(1) || 'b' else t.body end as body,
        {schema}.due_of(t.delay, t.eta, at) as due, t.kind, {schema}.is_revoked(h.id, at) as revoked
      from unnest(held) h join unnest(told) t on t.claim = h.number and t.ordinal = h.ordinal where t.kind in ('retry', 'release')
    ),
    aside as (
      insert into {schema}.delayed (queue, due, seq, id, head, body)
      select b.queue, b.due, nextval('{schema}.place'), b.id, b.head, b.body from back b where b.due > at and not b.revoked order by b.number, b.ordinal
    )
    select array_agg((b.number, b.ordinal, b.queue, b.id, b.head, b.body)::{schema}.held order by b.number, b.ordinal)
        filter (where b.kind = 'retry' and (b.due <= at or b.revoked)) as behind,
      array_agg((b.number, b.ordinal, b.queue, b.id, b.head, b.body)::{schema}.held order by b.number, b.ordinal)
        filter (where b.kind = 'release' and (b.due <= at or b.revoked)) as before,
      array_agg(b.id) filter (where b.revoked) as marked,
      array_agg(distinct b.queue) as names
    from back b
  loop
    if moves.behind is not null then perform {schema}.put_back(moves.behind, at, true); end if;
    if moves.before is not null then perform {schema}.put_back(moves.before, at, false); end if;
    perform {schema}.wake(moves.names);
    select jsonb_agg(jsonb_build_object('id', r.id, 'terminate', r.terminate)) into news from {schema}.revoked r where r.id = any(moves.marked);
  end loop;
  return news;
end
$$;

-- Dead letters; the oldest beyond the limit are removed.
create function {schema}.bury(held {schema}.held[], told {schema}.settlement[], dead_limit integer, at timestamptz) returns void language plpgsql as $$
declare
  name text;
begin
  if not exists (select from unnest(told) t where t.kind = 'deadLetter') then return; end if;
  insert into {schema}.dead (queue, seq, id, head, body, told, died_at)
  select h.queue, nextval('{schema}.place'), h.id, {schema}.head_of(h.head, left(h.head, 1), 0), h.body, t.told, at
  from unnest(held) h join unnest(told) t on t.claim = h.number and t.ordinal = h.ordinal where t.kind = 'deadLetter' order by h.number, h.ordinal;
  for name in select distinct h.queue from unnest(held) h join unnest(told) t on t.claim = h.number and t.ordinal = h.ordinal and t.kind = 'deadLetter' loop
    with gone as (
      delete from {schema}.dead d where d.id = any(array(
        select o.id from {schema}.dead o where o.queue = name and o.seq <= (
          select l.seq from {schema}.dead l where l.queue = name order by l.seq desc offset dead_limit limit 1) for update skip locked))
      returning d.id)
    delete from {schema}.body b using gone where b.id = gone.id;
  end loop;
end
$$;

-- Saves the results of settlements unless a terminal state or a higher attempt exists, and announces awaited terminal results.
create function {schema}.save_with(saves text[], live bigint[], at timestamptz) returns void language plpgsql as $$
begin
  perform {schema}.save_results(
    array_agg(s.id), array_agg(s.terminal::boolean), array_agg(s.retries::integer), array_agg(convert_to(s.record, 'UTF8')),
    array_agg(s.keep::double precision), at)
  from unnest(string_to_array(saves[1], chr(30)), string_to_array(saves[2], chr(30)), string_to_array(saves[3], chr(30)),
    string_to_array(saves[4], chr(30)), string_to_array(saves[5], chr(30)), string_to_array(saves[6], chr(30)))
    as s(claim, id, terminal, retries, record, keep)
  where s.claim::bigint = any(live);
end
$$;

create function {schema}.arrive_with(arrivals json, live bigint[], shift double precision) returns jsonb language plpgsql as $$
declare
  answer jsonb;
begin
  select jsonb_agg(jsonb_build_array(a.arrived_group, a.arrived_join, a.remaining_after, a.inserted)) into answer
  from (
    select array_agg(x.grp) as groups, array_agg(x.join_id) as joins, array_agg(x.member) as members, array_agg(x.place) as places,
      array_agg(convert_to(x.value, 'UTF8')) as entries
    from json_to_recordset(arrivals) as x(claim bigint, grp integer, join_id text, member text, place integer, value text)
    where x.claim = any(live)
  ) c cross join lateral {schema}.arrive(c.groups, c.joins, c.members, c.places, c.entries, shift) a
  where c.groups is not null;
  return answer;
end
$$;
