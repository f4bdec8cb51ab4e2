-- How many leases a message has lost.
create function {schema}.lost_of(head text) returns integer immutable language sql as $$
  select case when length(head) = 1 then 0 else coalesce((substr(head, 2)::json ->> 'lost')::integer, 0) end
$$;

-- A head with another priority and count of lost leases.
create function {schema}.head_of(head text, priority text, lost integer) returns text immutable language sql as $$
  select case
    when length(head) = 1 and lost = 0 then priority
    else priority || coalesce(nullif((
      coalesce(nullif(substr(head, 2), ''), '{}')::jsonb - 'lost'
      || case when lost = 0 then '{}'::jsonb else jsonb_build_object('lost', lost) end)::text, '{}'), '')
  end
$$;

create type {schema}.held as (number bigint, ordinal integer, queue text, id text, head text, body text);

-- The messages of some claims that are not settled.
create function {schema}.held_by(owners bigint[], numbers bigint[]) returns setof {schema}.held stable language sql as $$
  select c.number, m.ordinal::integer, c.queue, m.id, m.head, m.body
  from unnest(owners, numbers) as w(owner, number)
  join {schema}.claim c on c.owner = w.owner and c.number = w.number
  cross join lateral unnest(string_to_array(c.ids, chr(30)), string_to_array(c.heads, chr(30)), string_to_array(c.bodies, chr(30)))
    with ordinality as m(id, head, body, ordinal)
  where c.size > 0 and get_bit(c.settled, m.ordinal::integer - 1) = 0
$$;

-- The places of messages in blocks.
create function {schema}.blocks_with(wanted text[]) returns table (id text, queue text, which tid) stable language sql as $$
  select w.id, b.queue, b.ctid from unnest(wanted) as w(id) join {schema}.block b on b.span @> w.id collate "C"
  where w.id = any(string_to_array(b.ids, chr(30)))
$$;

-- The places of ids, each once.
create function {schema}.places_of(wanted text[]) returns table (id text, queue text, place text) stable language plpgsql as $$
#variable_conflict use_column
begin
  return query
  select r.id, r.queue, 'ready' from {schema}.ready r where r.id = any(wanted)
  union all select b.id, b.queue, 'ready' from {schema}.blocks_with(wanted) b
  union all select d.id, d.queue, 'delayed' from {schema}.delayed d where d.id = any(wanted)
  union all select l.id, l.queue, 'limited' from {schema}.limited l where l.id = any(wanted)
  union all select s.id, s.queue, 'suspects' from {schema}.suspect s where s.id = any(wanted)
  union all select d.id, d.queue, 'dead' from {schema}.dead d where d.id = any(wanted)
  union all
  select m.id, c.queue, 'leased' from {schema}.claim c
  cross join lateral unnest(string_to_array(c.ids, chr(30))) with ordinality as m(id, ordinal)
  join unnest(wanted) as w(id) on w.id = m.id collate "C"
  where c.size > 0 and get_bit(c.settled, m.ordinal::integer - 1) = 0;
end
$$;

-- Notifies waiting consumers of work. Only a hint.
create function {schema}.wake(names text[]) returns void language plpgsql as $$
begin
  if exists (select from {schema}.waiting w where w.queues && names and w.until > clock_timestamp()) then
    perform {schema}.notify_of(names);
  end if;
end
$$;

create function {schema}.notify_of(names text[]) returns void language plpgsql as $$
begin
  perform pg_notify('{schema}:work', case when octet_length(array_to_string(names, chr(30))) < 7000 then array_to_string(names, chr(30)) else '' end);
end
$$;

-- Looks up one name at a time: a look-up by a list is planned again in each call, which costs more than the rest of a publish.
create function {schema}.know_queues(names text[]) returns void language plpgsql as $$
declare
  wanted text;
begin
  foreach wanted in array names loop
    if not exists (select from {schema}.queue q where q.name = wanted) then
      insert into {schema}.queue (name) select distinct n.name collate "C" as name from unnest(names) as n(name) order by name on conflict do nothing;
      return;
    end if;
  end loop;
end
$$;

-- A call that was barred fails here.
create function {schema}.note_call(me bigint, call_number bigint, spent bigint[], answer text) returns void language plpgsql as $$
begin
  insert into {schema}.call (owner, number, answer) values (me, call_number, answer);
  if cardinality(spent) > 0 then delete from {schema}.call c where c.owner = me and c.number = any(spent); end if;
end
$$;

-- The answer of a call, or 'void': it has not arrived and never will.
create function {schema}.fate_of(me bigint, call_number bigint) returns text language plpgsql as $$
begin
  insert into {schema}.call (owner, number, answer) values (me, call_number, 'void') on conflict (owner, number) do nothing;
  return (select c.answer from {schema}.call c where c.owner = me and c.number = call_number);
end
$$;

-- Puts messages that are new, untraced, without a key, small and ready at once; also in the application's transaction, because it waits
-- for no lock. The caller wakes consumers. chr(30) separates the items of lists; a list of one queue or head applies to all.
create function {schema}.put_plain(names text[], queues text, ids text, heads text, bodies text) returns void language plpgsql as $$
begin
  insert into {schema}.ready (queue, rank, seq, id, head, body)
  select coalesce(p.queue, names[1]), 9 - coalesce(p.head, heads)::smallint, nextval('{schema}.place'), p.id, coalesce(p.head, heads), p.body
  from unnest(string_to_array(queues, chr(30)), string_to_array(ids, chr(30)), string_to_array(heads, chr(30)), string_to_array(bodies, chr(30)))
    as p(queue, id, head, body);
end
$$;

-- One such message in the application's transaction. A procedure, because calling it needs no plan in a statement that is not prepared.
create procedure {schema}.put_one(queue text, id text, head text, body text) language plpgsql as $$
begin
  insert into {schema}.ready (queue, rank, seq, id, head, body)
  values (put_one.queue, 9 - put_one.head::smallint, nextval('{schema}.place'), put_one.id, put_one.head, put_one.body);
  insert into {schema}.sent (queues) values (array[put_one.queue]);
end
$$;

create function {schema}.publish_plain(me bigint, call_number bigint, spent bigint[], names text[], queues text, ids text, heads text, bodies text)
returns void language plpgsql as $$
begin
  perform {schema}.know_queues(names);
  perform {schema}.put_plain(names, queues, ids, heads, bodies);
  if exists (select from {schema}.waiting) then perform {schema}.wake(names); end if;
  perform {schema}.note_call(me, call_number, spent, '');
end
$$;

-- Like publish_plain, for one message.
create function {schema}.publish_one(me bigint, call_number bigint, spent bigint[], queue text, id text, head text, body text)
returns void language plpgsql as $$
begin
  perform {schema}.know_queues(array[publish_one.queue]);
  insert into {schema}.ready (queue, rank, seq, id, head, body)
  values (publish_one.queue, 9 - publish_one.head::smallint, nextval('{schema}.place'), publish_one.id, publish_one.head, publish_one.body);
  if exists (select from {schema}.waiting) then perform {schema}.wake(array[publish_one.queue]); end if;
  perform {schema}.note_call(me, call_number, spent, '');
end
$$;

create type {schema}.publication as (
  n integer, id text, queue text, head text, body text, delay double precision, eta double precision, traced boolean, fresh boolean,
  key text, key_expires double precision, key_until text, on_conflict text, limit_key text, limit_interval double precision
);

-- Locks ids for this transaction, in sorted order: no other transaction publishes or finishes them meanwhile.
create function {schema}.lock_ids(wanted text[]) returns void language plpgsql as $$
begin
  insert into {schema}.trace as t (id, until)
  select distinct w.id collate "C" as id, '-infinity'::timestamptz from unnest(wanted) as w(id) order by id
  on conflict (id) do update set until = t.until;
end
$$;

-- A replaced message gets a mark that does not expire, and a worker ends it: in its turn, or now if it waited for a time or a slot.
create function {schema}.end_replaced(wanted text[]) returns void language plpgsql as $$
begin
  insert into {schema}.revoked as r (id, terminate, until)
  select distinct w.id collate "C" as id, false, 'infinity'::timestamptz from unnest(wanted) as w(id) order by id
  on conflict (id) do update set until = 'infinity';
  with gone as (
    delete from {schema}.delayed d where d.id = any(wanted) returning d.queue, d.id, d.head, d.body),
  out_of_line as (
    delete from {schema}.limited l where l.id = any(wanted) returning l.queue, l.id, l.head, l.body)
  insert into {schema}.ready (queue, rank, seq, id, head, body, big)
  select g.queue, -1, nextval('{schema}.place'), g.id, g.head, g.body, {schema}.big_of(g.id, g.body)
  from (select * from gone union all select * from out_of_line) g;
end
$$;

create function {schema}.big_of(wanted text, body text) returns integer stable language sql as $$
  select case when body = chr(1) || 'b' then (select octet_length(b.body) from {schema}.body b where b.id = wanted) end
$$;

-- Locks the unique keys of these messages for this transaction; a free key gets a row without a holder. A statement that both releases and
-- acquires keys acquires first: a transaction that has released keys must not wait for others.
create function {schema}.lock_keys(items {schema}.publication[]) returns void language plpgsql as $$
begin
  insert into {schema}.unique_key as k (queue, key)
  select distinct i.queue collate "C" as queue, i.key collate "C" as key from unnest(items) i where i.key is not null order by queue, key
  on conflict (queue, key) do update set holder = k.holder;
end
$$;

-- Gives each key to the first of `items` that asks for it, or as `on_conflict` says. Returns the held back: 2 = dropped, 3 = refused.
create function {schema}.claim_keys(items {schema}.publication[], known text[], at timestamptz, inout replaced text[], out told jsonb)
language plpgsql as $$
declare
  item {schema}.publication;
  held record;
  together text[] := '{}';
  waits boolean;
begin
  told := '[]';
  perform {schema}.lock_keys(items);
  for item in select * from unnest(items) i where i.key is not null and not i.id = any(known) order by i.n loop
    select k.* into held from {schema}.unique_key k where k.queue = item.queue and k.key = item.key;
    if held.holder is not null and (held.until is null or held.until > at) and (
      held.holder = any(together) or held.freed_at = 'expiry'
      or exists (select from {schema}.places_of(array[held.holder]) p where p.place <> 'dead')
    ) then
      if item.on_conflict = 'reject' then
        told := told || jsonb_build_object('n', item.n, 'was', 3, 'holder', held.holder);
        continue;
      end if;
      waits := item.on_conflict = 'replace' and (held.holder = any(together) or {schema}.waits_with(held.holder, item.queue, item.key));
      if not waits then
        told := told || jsonb_build_object('n', item.n, 'was', 2, 'holder', held.holder);
        continue;
      end if;
      replaced := replaced || held.holder;
    end if;
    together := together || item.id;
    update {schema}.unique_key k set holder = item.id, until = at + item.key_expires * interval '1 ms', freed_at = item.key_until
    where k.queue = item.queue and k.key = item.key;
  end loop;
  delete from {schema}.unique_key k using unnest(items) i where k.queue = i.queue and k.key = i.key and k.holder is null;
end
$$;

-- Whether the holder of a key waits: no worker has it, it has not ended, and it is not a later task with the same id.
create function {schema}.waits_with(holder text, of_queue text, of_key text) returns boolean stable language sql as $$
  select exists (
    select from (
      select r.queue, r.head from {schema}.ready r where r.id = holder
      union all select d.queue, d.head from {schema}.delayed d where d.id = holder
      union all select l.queue, l.head from {schema}.limited l where l.id = holder
      union all select s.queue, s.head from {schema}.suspect s where s.id = holder
    ) m
    where m.queue = of_queue and length(m.head) > 1 and substr(m.head, 2)::json -> 'unique' ->> 'key' = of_key
  )
$$;

-- Publishes any messages. Returns those that were not taken: 1 = the id is known, 2 = dropped and 3 = refused for the unique key.
create function {schema}.put(items {schema}.publication[], at timestamptz, trace_ttl double precision) returns jsonb language plpgsql as $$
declare
  wanted text[] := array(select i.id from unnest(items) i where i.fresh is not true);
  known text[] := '{}';
  replaced text[] := '{}';
  told jsonb := '[]';
  keys_told jsonb;
  out_of integer[];
begin
  if cardinality(wanted) > 0 then
    perform {schema}.lock_ids(wanted);
    known := array(
      select t.id from unnest(items) i join {schema}.trace t on t.id = i.id where i.traced and i.fresh is not true and t.until > at
      union select p.id from {schema}.places_of(wanted) p
    );
    select coalesce(jsonb_agg(jsonb_build_object('n', i.n, 'was', 1)), '[]') into told from unnest(items) i where i.id = any(known);
  end if;
  if exists (select from unnest(items) i where i.key is not null) then
    select * into replaced, keys_told from {schema}.claim_keys(items, known, at, replaced);
    told := told || keys_told;
  end if;
  out_of := array(select (t ->> 'n')::integer from jsonb_array_elements(told) t);
  insert into {schema}.body (id, body) select i.id, i.body from unnest(items) i
  where octet_length(i.body) > 8192 and not i.n = any(out_of) on conflict (id) do update set body = excluded.body;
  insert into {schema}.ready (queue, rank, seq, id, head, body, big)
  select i.queue, 9 - left(i.head, 1)::smallint, nextval('{schema}.place'), i.id, i.head,
    case when octet_length(i.body) > 8192 then chr(1) || 'b' else i.body end,
    case when octet_length(i.body) > 8192 then octet_length(i.body) end
  from unnest(items) i
  where not i.n = any(out_of) and i.limit_key is null and {schema}.due_of(i.delay, i.eta, at) <= at order by i.n;
  if exists (select from unnest(items) i where i.limit_key is not null) then perform {schema}.put_limited(items, out_of, at); end if;
  insert into {schema}.delayed (queue, due, seq, id, head, body)
  select i.queue, {schema}.due_of(i.delay, i.eta, at), nextval('{schema}.place'), i.id, i.head,
    case when octet_length(i.body) > 8192 then chr(1) || 'b' else i.body end
  from unnest(items) i where not i.n = any(out_of) and {schema}.due_of(i.delay, i.eta, at) > at order by i.n;
  perform {schema}.leave_traces(array_agg(i.id), array_agg(greatest({schema}.due_of(i.delay, i.eta, at), at) + trace_ttl * interval '1 ms'))
  from unnest(items) i where i.traced and not i.n = any(out_of);
  if cardinality(replaced) > 0 then perform {schema}.end_replaced(replaced); end if;
  return told;
end
$$;

-- Messages with a limit get in line for a slot; revoked ones do not wait for a slot.
create function {schema}.put_limited(items {schema}.publication[], out_of integer[], at timestamptz) returns void language plpgsql as $$
begin
  insert into {schema}.rate as r (key, published)
  select distinct on (i.limit_key collate "C") i.limit_key, i.limit_interval from unnest(items) i
  where i.limit_key is not null and not i.n = any(out_of)
    and not exists (select from {schema}.rate k where k.key = i.limit_key and k.published = i.limit_interval) order by i.limit_key collate "C", i.n desc
  on conflict (key) do update set published = excluded.published;
  perform {schema}.put_back(array_agg((0, 0, i.queue, i.id, i.head,
    case when octet_length(i.body) > 8192 then chr(1) || 'b' else i.body end)::{schema}.held order by i.n), at, true)
  from unnest(items) i where i.limit_key is not null and not i.n = any(out_of) and {schema}.due_of(i.delay, i.eta, at) <= at;
end
$$;

create function {schema}.due_of(delay double precision, eta double precision, at timestamptz) returns timestamptz immutable language sql as $$
  select case when delay is not null then at + delay * interval '1 ms' when eta is not null then to_timestamp(eta / 1000.0) else at end
$$;

-- Remembers ids until then. They are locked, or no other transaction can have them.
create function {schema}.leave_traces(wanted text[], untils timestamptz[]) returns void language plpgsql as $$
begin
  if coalesce(cardinality(wanted), 0) = 0 then return; end if;
  insert into {schema}.trace as t (id, until) select w.id collate "C" as id, max(w.until) from unnest(wanted, untils) as w(id, until) group by 1 order by 1
  on conflict (id) do update set until = greatest(t.until, excluded.until);
end
$$;

-- `me` null: within the application's transaction.
create function {schema}.publish(
  me bigint, call_number bigint, spent bigint[], publications json, trace_ttl double precision, shift double precision
) returns text language plpgsql as $$
declare
  at timestamptz := clock_timestamp() + shift * interval '1 ms';
  items {schema}.publication[] := array(select p from json_populate_recordset(null::{schema}.publication, publications) p);
  names text[] := array(select distinct i.queue from unnest(items) i);
  before text := current_setting('lock_timeout');
  told text;
begin
  -- In the application's transaction, the name of a new queue would block other publishers until the transaction ends.
  if me is not null then perform {schema}.know_queues(names); end if;
  -- A transaction of the application may hold ids, keys and limits for as long as it likes: the publisher tries again.
  if me is not null then perform set_config('lock_timeout', '100ms', true); end if;
  told := nullif({schema}.put(items, at, trace_ttl), '[]')::text;
  if me is null then
    perform {schema}.wake_later(names);
  else
    -- The commit waits for the lock of NOTIFY, in its turn: who gives up publishes again, and makes the line longer.
    perform set_config('lock_timeout', before, true);
    perform {schema}.note_call(me, call_number, spent, coalesce(told, ''));
    perform {schema}.wake(names);
  end if;
  return coalesce(told, '');
end
$$;

create function {schema}.publish_within(publications json, trace_ttl double precision, shift double precision, patience integer)
returns text language plpgsql as $$
declare
  before text := current_setting('lock_timeout');
  told text;
begin
  perform set_config('lock_timeout', patience::text, true);
  told := {schema}.publish(null, null, null, publications, trace_ttl, shift);
  perform set_config('lock_timeout', before, true);
  return told;
end
$$;
