-- Queues. A message stands in exactly one of ready, delayed, limited, suspect, dead and the claims; whoever moves it does so in one transaction.
-- Texts of users are escaped (stored-text.ts): chr(30) separates them in lists, chr(1) || 'b' says that a body stands in the table `body`.
-- `head` is the priority's digit, followed by JSON where there is more to remember of a message: lost, unique, limit.

create sequence {schema}.place;
create sequence {schema}.front_place increment by -1;

create table {schema}.queue (
  name text collate "C" primary key,
  paused boolean not null default false
);
create index queue_paused on {schema}.queue (name) where paused;

-- rank: 9 - priority; -1 = before everything. The hot table: rows live shortly, so dead ones must go early.
create table {schema}.ready (
  queue text collate "C" not null,
  rank smallint not null,
  seq bigint not null,
  id text collate "C" not null,
  head text collate "C" not null,
  body text collate "C" not null,
  big integer,
  primary key (queue, rank, seq),
  unique (id)
) with (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_cost_delay = 0,
  autovacuum_vacuum_insert_scale_factor = 0.2, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 100000,
  toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 20000, toast.autovacuum_vacuum_cost_delay = 0
);
alter table {schema}.ready alter column body set storage external;

create table {schema}.delayed (
  queue text collate "C" not null,
  due timestamptz not null,
  seq bigint not null,
  id text collate "C" primary key,
  head text collate "C" not null,
  body text collate "C" not null
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index delayed_due on {schema}.delayed (queue, due, seq);

-- What waits for a slot of its key.
create table {schema}.limited (
  queue text collate "C" not null,
  key text collate "C" not null,
  rank smallint not null,
  seq bigint not null,
  id text collate "C" not null unique,
  head text collate "C" not null,
  body text collate "C" not null,
  expires timestamptz,
  primary key (queue, key, rank, seq)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

-- Rates in ms: as last published, and as people have set them. What stands is the slot that was taken last: a new rate moves the next one.
create table {schema}.rate (
  key text collate "C" primary key,
  published double precision not null default 0,
  set double precision,
  last timestamptz
) with (fillfactor = 50);

create table {schema}.suspect (
  queue text collate "C" not null,
  seq bigint not null,
  id text collate "C" primary key,
  head text collate "C" not null,
  body text collate "C" not null
);
create index suspect_place on {schema}.suspect (queue, seq);

create table {schema}.dead (
  queue text collate "C" not null,
  seq bigint not null,
  id text collate "C" primary key,
  head text collate "C" not null,
  body text collate "C" not null,
  told text not null,
  died_at timestamptz not null
);
create index dead_place on {schema}.dead (queue, seq);

-- Bodies that are too large to be moved from place to place.
create table {schema}.body (
  id text collate "C" primary key,
  body text collate "C" not null
);

-- What one receive took from one queue, under the token (owner, number) that the consumer made. `size` 0 bars a receive of that token.
create table {schema}.claim (
  owner bigint not null,
  number bigint not null,
  queue text collate "C" not null,
  lease_until timestamptz not null,
  size integer not null,
  settled varbit not null,
  special boolean not null,
  ids text collate "C" not null,
  heads text collate "C" not null,
  bodies text collate "C" not null,
  primary key (owner, number)
) with (
  fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000,
  toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 20000, toast.autovacuum_vacuum_cost_delay = 0
);
alter table {schema}.claim alter column ids set storage external, alter column heads set storage external, alter column bodies set storage external;
create index claim_lease_until on {schema}.claim (lease_until);

-- Calls of publishers and settlers, for the one that is sent again because its answer was lost. Each is forgotten with a later one: rows are
-- never updated, so that a transaction which holds back vacuum leaves no chain of versions to walk through. A row of 'void' bars a call.
create table {schema}.call (
  owner bigint not null,
  number bigint not null,
  answer text not null,
  called_at timestamptz not null default clock_timestamp(),
  primary key (owner, number)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

-- Consumers that wait for work: only where one does, a note is sent.
create unlogged table {schema}.waiting (
  owner bigint primary key,
  queues text[] collate "C" not null,
  until timestamptz not null
);

-- Ids that were sent and must not be sent again before `until`. A row is also the lock under which an id is taken.
create table {schema}.trace (
  id text collate "C" primary key,
  until timestamptz not null
);
create index trace_until on {schema}.trace (until);

create table {schema}.unique_key (
  queue text collate "C" not null,
  key text collate "C" not null,
  holder text collate "C",
  until timestamptz,
  freed_at text,
  primary key (queue, key)
);
create index unique_key_holder on {schema}.unique_key (holder);

create table {schema}.revoked (
  id text collate "C" primary key,
  terminate boolean not null,
  until timestamptz not null
);

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

-- What of some claims is not settled.
create function {schema}.held_by(owners bigint[], numbers bigint[]) returns setof {schema}.held stable language sql as $$
  select c.number, m.ordinal::integer, c.queue, m.id, m.head, m.body
  from unnest(owners, numbers) as w(owner, number)
  join {schema}.claim c on c.owner = w.owner and c.number = w.number
  cross join lateral unnest(string_to_array(c.ids, chr(30)), string_to_array(c.heads, chr(30)), string_to_array(c.bodies, chr(30)))
    with ordinality as m(id, head, body, ordinal)
  where c.size > 0 and get_bit(c.settled, m.ordinal::integer - 1) = 0
$$;

-- Where ids are, each once.
create function {schema}.places_of(wanted text[]) returns table (id text, queue text, place text) stable language sql as $$
  select r.id, r.queue, 'ready' from {schema}.ready r where r.id = any(wanted)
  union all select d.id, d.queue, 'delayed' from {schema}.delayed d where d.id = any(wanted)
  union all select l.id, l.queue, 'limited' from {schema}.limited l where l.id = any(wanted)
  union all select s.id, s.queue, 'suspects' from {schema}.suspect s where s.id = any(wanted)
  union all select d.id, d.queue, 'dead' from {schema}.dead d where d.id = any(wanted)
  union all
  select m.id, c.queue, 'leased' from {schema}.claim c
  cross join lateral unnest(string_to_array(c.ids, chr(30))) with ordinality as m(id, ordinal)
  join unnest(wanted) as w(id) on w.id = m.id collate "C"
  where c.size > 0 and get_bit(c.settled, m.ordinal::integer - 1) = 0
$$;

-- Tells who waits that there is work. Only a hint.
create function {schema}.wake(names text[]) returns void language plpgsql as $$
begin
  if exists (select from {schema}.waiting w where w.queues && names and w.until > clock_timestamp()) then
    perform pg_notify('{schema}:work', case when octet_length(array_to_string(names, chr(30))) < 7000 then array_to_string(names, chr(30)) else '' end);
  end if;
end
$$;

create function {schema}.know_queues(names text[]) returns void language plpgsql as $$
begin
  if exists (select from unnest(names) as n(name) where not exists (select from {schema}.queue q where q.name = n.name)) then
    insert into {schema}.queue (name) select distinct n.name collate "C" as name from unnest(names) as n(name) order by name on conflict do nothing;
  end if;
end
$$;

-- A call that was barred fails here.
create function {schema}.note_call(me bigint, call_number bigint, spent bigint[], answer text) returns void language plpgsql as $$
begin
  insert into {schema}.call (owner, number, answer) values (me, call_number, answer);
  if cardinality(spent) > 0 then delete from {schema}.call c where c.owner = me and c.number = any(spent); end if;
end
$$;

-- The answer of a call, or 'void': it has not been, and will not be.
create function {schema}.fate_of(me bigint, call_number bigint) returns text language plpgsql as $$
begin
  insert into {schema}.call (owner, number, answer) values (me, call_number, 'void') on conflict (owner, number) do nothing;
  return (select c.answer from {schema}.call c where c.owner = me and c.number = call_number);
end
$$;

-- Publishes what is new, untraced, without a key, small and ready at once. Lists are separated by chr(30).
create function {schema}.publish_plain(me bigint, call_number bigint, spent bigint[], names text[], queues text, ids text, heads text, bodies text)
returns void language plpgsql as $$
begin
  perform {schema}.know_queues(names);
  insert into {schema}.ready (queue, rank, seq, id, head, body)
  select p.queue, 9 - p.head::smallint, nextval('{schema}.place'), p.id, p.head, p.body
  from unnest(string_to_array(queues, chr(30)), string_to_array(ids, chr(30)), string_to_array(heads, chr(30)), string_to_array(bodies, chr(30)))
    as p(queue, id, head, body);
  perform {schema}.note_call(me, call_number, spent, '');
  perform {schema}.wake(names);
end
$$;

create type {schema}.publication as (
  n integer, id text, queue text, head text, body text, delay double precision, eta double precision, traced boolean, fresh boolean,
  key text, key_expires double precision, key_until text, on_conflict text, limit_key text, limit_interval double precision
);

-- Takes ids for this transaction, in sorted order: nobody else publishes or finishes them meanwhile.
create function {schema}.lock_ids(wanted text[]) returns void language plpgsql as $$
begin
  insert into {schema}.trace as t (id, until)
  select distinct w.id collate "C" as id, '-infinity'::timestamptz from unnest(wanted) as w(id) order by id
  on conflict (id) do update set until = t.until;
end
$$;

-- What was replaced bears a mark that does not lapse, and is ended by a worker: in its turn, or now if it waited for a time or a slot.
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

-- Takes the keys that these ask for, for this transaction; what nobody held has no holder then. Whoever frees keys too does this first:
-- a transaction that has freed some waits for no others.
create function {schema}.lock_keys(items {schema}.publication[]) returns void language plpgsql as $$
begin
  insert into {schema}.unique_key as k (queue, key)
  select distinct i.queue collate "C" as queue, i.key collate "C" as key from unnest(items) i where i.key is not null order by queue, key
  on conflict (queue, key) do update set holder = k.holder;
end
$$;

-- Gives keys to the first of `items` that asks for each, or as `on_conflict` says. Answers what was held back: 2 = dropped, 3 = refused.
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

-- Whether the holder of a key waits: neither out with a worker nor over, nor a later task of its id.
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

-- Publishes anything. Answers what did not go in: 1 = its id is known, 2 = dropped and 3 = refused for its unique key.
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

-- Messages with a limit get in line for a slot; those that are revoked already wait for none.
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

-- Ids that are locked, or nobody else's, are known until then.
create function {schema}.leave_traces(wanted text[], untils timestamptz[]) returns void language plpgsql as $$
begin
  if coalesce(cardinality(wanted), 0) = 0 then return; end if;
  insert into {schema}.trace as t (id, until) select w.id collate "C" as id, max(w.until) from unnest(wanted, untils) as w(id, until) group by 1 order by 1
  on conflict (id) do update set until = greatest(t.until, excluded.until);
end
$$;

-- `me` null: within the transaction of a user.
create function {schema}.publish(
  me bigint, call_number bigint, spent bigint[], publications json, trace_ttl double precision, shift double precision
) returns text language plpgsql as $$
declare
  at timestamptz := clock_timestamp() + shift * interval '1 ms';
  items {schema}.publication[] := array(select p from json_populate_recordset(null::{schema}.publication, publications) p);
  names text[] := array(select distinct i.queue from unnest(items) i);
  told text;
begin
  -- In a transaction of its user, a new queue's name would keep all others waiting until it ends.
  if me is not null then perform {schema}.know_queues(names); end if;
  told := nullif({schema}.put(items, at, trace_ttl), '[]')::text;
  if me is not null then perform {schema}.note_call(me, call_number, spent, coalesce(told, '')); end if;
  perform {schema}.wake(names);
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

-- Messages get in line: those that wait for no time to the front of their line, in order; `back`: behind it.
create function {schema}.put_back(items {schema}.held[], at timestamptz, back boolean) returns void language plpgsql as $$
begin
  if coalesce(cardinality(items), 0) = 0 then return; end if;
  if exists (select from unnest(items) i where length(i.head) > 1) then items := {schema}.put_aside(items, at, back); end if;
  insert into {schema}.ready (queue, rank, seq, id, head, body, big)
  select m.queue, case when {schema}.is_revoked(m.id, at) then -1 else 9 - left(m.head, 1)::smallint end,
    case when back then nextval('{schema}.place') else nextval('{schema}.front_place') end, m.id, m.head, m.body, {schema}.big_of(m.id, m.body)
  from (select i.* from unnest(items) with ordinality as i order by case when back then i.ordinality else -i.ordinality end) m;
end
$$;

-- Suspects and messages with a limit have lines of their own. Answers the others.
create function {schema}.put_aside(items {schema}.held[], at timestamptz, back boolean) returns {schema}.held[] language plpgsql as $$
begin
  insert into {schema}.suspect (queue, seq, id, head, body)
  select i.queue, case when {schema}.is_revoked(i.id, at) then nextval('{schema}.front_place') else nextval('{schema}.place') end, i.id, i.head, i.body
  from unnest(items) i where {schema}.lost_of(i.head) >= 2;
  insert into {schema}.limited (queue, key, rank, seq, id, head, body, expires)
  select m.queue, m.spec ->> 'key', 9 - left(m.head, 1)::smallint,
    case when back then nextval('{schema}.place') else nextval('{schema}.front_place') end, m.id, m.head, m.body,
    to_timestamp((m.spec ->> 'expires')::double precision / 1000.0)
  from (
    select i.*, {schema}.limit_of(i.head) as spec from unnest(items) with ordinality as i
    where {schema}.lost_of(i.head) < 2 and {schema}.limit_of(i.head) is not null and not {schema}.is_revoked(i.id, at)
    order by case when back then i.ordinality else -i.ordinality end
  ) m;
  return array(
    select (i.number, i.ordinal, i.queue, i.id, i.head, i.body)::{schema}.held from unnest(items) with ordinality as i
    where {schema}.lost_of(i.head) < 2 and ({schema}.limit_of(i.head) is null or {schema}.is_revoked(i.id, at)) order by i.ordinality);
end
$$;

create function {schema}.limit_of(head text) returns json immutable language sql as $$
  select case when length(head) > 1 then substr(head, 2)::json -> 'limit' end
$$;

create function {schema}.is_revoked(wanted text, at timestamptz) returns boolean stable language sql as $$
  select exists (select from {schema}.revoked r where r.id = wanted and r.until > at)
$$;

-- Leases that ran out are charged, and their messages go back. It never ends a task. No lease has ended before `since`: what the caller
-- has seen before needs no further look, however many dead rows stand there.
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

-- What is due gets in line, the earliest first.
create function {schema}.promote(names text[], at timestamptz) returns void language plpgsql as $$
declare
  items {schema}.held[];
begin
  with gone as (
    delete from {schema}.delayed d where d.id = any(array(
      select one.id from unnest(names) as n(name) cross join lateral (
        select w.id from {schema}.delayed w where w.queue = n.name and w.due <= at order by w.due, w.seq limit 500 for update skip locked) one))
    returning d.*)
  select array_agg((0, 0, g.queue, g.id, g.head, g.body)::{schema}.held order by g.due, g.seq) into items from gone g;
  if items is not null then perform {schema}.put_back(items, at, true); end if;
end
$$;

-- Hands out one suspect, alone.
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

-- Hands out ready messages. Pauses are asked for in the same statement: whoever sees a message also sees a pause that came before it. Segments say where in the lines to look: queue, and from behind (rank, seq) through rank `last`.
create function {schema}.take_ready(
  me bigint, first_number bigint, seg_queues text[], seg_ranks smallint[], seg_seqs bigint[], seg_lasts smallint[], room integer, until timestamptz
) returns table (number bigint, queue text, ids text, heads text, bodies text, tops text, special boolean) language plpgsql as $$
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
            where r.queue = s.queue and (r.rank, r.seq) > (s.rank, s.seq) and r.rank <= s.last
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
  select c.number, c.queue, c.ids, c.heads, c.bodies, tops.tops, c.special from claimed c join tops on tops.queue = c.queue;
end
$$;

-- The keys of which messages wait for slots in these queues; each is found in one step, however many wait.
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

-- Hands out what has a slot, unless as many with a higher priority are ready. What is revoked or has expired goes without using the slot,
-- so that a worker ends it. A slot that was taken a little late does not move those behind it; after more, the next begins anew.
create function {schema}.take_limited(me bigint, first_number bigint, names text[], room integer, until timestamptz, at timestamptz)
returns setof {schema}.claim language plpgsql as $$
#variable_conflict use_column
declare
  line record;
  rate {schema}.rate;
  one {schema}.limited;
  items {schema}.held[] := '{}';
  better integer;
begin
  for line in select k.queue, k.key from {schema}.limits_in(names) k loop
    select r.* into rate from {schema}.rate r where r.key = line.key for update skip locked;
    continue when not found;
    while cardinality(items) < room and {schema}.next_slot(rate) <= at loop
      select l.* into one from {schema}.limited l where l.queue = line.queue and l.key = line.key
        and not exists (select from {schema}.queue q where q.paused and q.name = line.queue) order by l.rank, l.seq limit 1 for update skip locked;
      exit when not found;
      select count(*) into better from (
        select from {schema}.ready r where r.queue = line.queue and r.rank < one.rank limit room - cardinality(items)) b;
      exit when better >= room - cardinality(items);
      delete from {schema}.limited l where l.id = one.id;
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

-- Handed out: keys until the start are free. What another transaction has locked stays; whoever asks for it next sees that nobody holds it.
create function {schema}.begin_unique(wanted text[]) returns void language plpgsql as $$
begin
  delete from {schema}.unique_key k where (k.queue, k.key) in (
    select h.queue, h.key from {schema}.unique_key h where h.holder = any(wanted) and h.freed_at = 'start' for update skip locked);
end
$$;

-- Over: keys until the end are free.
create function {schema}.end_unique(wanted text[]) returns void language plpgsql as $$
begin
  delete from {schema}.unique_key k where (k.queue, k.key) in (
    select h.queue, h.key from {schema}.unique_key h where h.holder = any(wanted) and h.freed_at <> 'expiry' for update skip locked);
end
$$;

-- Hands out up to `room` messages of several queues. `turn`: 0 = no suspect, 1 = one first, 2 = one only when nothing else is ready.
-- `tend`: promote and sweep before (always done before it answers that there is nothing). The last row tells when to look again.
-- Nothing is lost with it when the server stops: a settlement that is durable makes the receives before it durable too.
create function {schema}.receive(
  me bigint, first_number bigint, names text[], seg_queues text[], seg_ranks smallint[], seg_seqs bigint[], seg_lasts smallint[],
  room integer, lease double precision, turn text, tend boolean, sweep_in double precision, seen double precision, waits double precision, shift double precision
) returns table (number bigint, queue text, ids text, heads text, bodies text, tops text, marks text, next_in double precision, suspects integer, swept double precision)
language plpgsql as $$
#variable_conflict use_column
declare
  at timestamptz := clock_timestamp() + shift * interval '1 ms';
  until timestamptz := at + lease * interval '1 ms';
  since timestamptz := to_timestamp(seen / 1000.0);
  open text[] := names;
  tended boolean := false;
  taken integer := 0;
  suspect_taken integer := 0;
  one record;
begin
  perform set_config('synchronous_commit', 'off', true);
  if waits > 0 then
    insert into {schema}.waiting (owner, queues, until) values (me, names, clock_timestamp() + waits * interval '1 ms')
    on conflict (owner) do update set queues = excluded.queues, until = excluded.until;
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
      perform {schema}.promote(names, at);
      tended := true;
    end if;
    if turn = '1' then
      for one in select t.* from {schema}.take_suspect(me, first_number, open, until) t loop
        suspect_taken := 1;
        taken := taken + 1;
        return query select one.number, one.queue, one.ids, one.heads, one.bodies, ''::text, {schema}.marks_of(one.ids, at), null::double precision, null::integer, null::double precision;
      end loop;
    end if;
    if taken = 0 and room > 0 and exists (select from {schema}.limited) then
      for one in select t.* from {schema}.take_limited(me, first_number, open, room, until, at) t loop
        taken := taken + 1;
        room := room - one.size;
        perform {schema}.begin_unique(string_to_array(one.ids, chr(30)));
        return query select one.number, one.queue, one.ids, one.heads, one.bodies, ''::text, {schema}.marks_of(one.ids, at), null::double precision, null::integer, null::double precision;
      end loop;
    end if;
    if suspect_taken = 0 and room > 0 then
      for one in select t.* from {schema}.take_ready(me, first_number + cardinality(names), seg_queues, seg_ranks, seg_seqs, seg_lasts, room, until) t loop
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
    exit when taken > 0 or tended;
    tend := true;
    select array_agg(n.name), array_agg(-2::smallint), array_agg(0::bigint), array_agg(10::smallint) into seg_queues, seg_ranks, seg_seqs, seg_lasts
    from unnest(open) as n(name);
  end loop;
  if tended then
    return query select null::bigint, null::text, null::text, null::text, null::text, null::text, null::text,
      extract(epoch from least(
        (select min(d.due) from unnest(names) as n(name) cross join lateral (
          select w.due from {schema}.delayed w where w.queue = n.name order by w.due limit 1) d),
        (select min(greatest({schema}.next_slot(r), at)) from {schema}.limits_in(open) k join {schema}.rate r on r.key = k.key),
        (select greatest(c.lease_until, at + sweep_in * interval '1 ms') from {schema}.claim c where c.lease_until > since order by c.lease_until limit 1)
      ) - at)::double precision * 1000,
      (select count(*)::integer from unnest(open) as n(name) cross join lateral (
        select from {schema}.suspect w where w.queue = n.name limit 1) s),
      extract(epoch from least(at, (select min(c.lease_until) from {schema}.claim c where c.lease_until > since)))::double precision * 1000;
  end if;
end
$$;

-- A digit for each of these ids, 1 = it bears a revoke mark; '' = none does.
create function {schema}.marks_of(ids text, at timestamptz) returns text stable language plpgsql as $$
begin
  if not exists (select from {schema}.revoked) then return ''; end if;
  return (select string_agg(case when {schema}.is_revoked(w.id, at) then '1' else '0' end, '' order by w.ordinality)
    from unnest(string_to_array(ids, chr(30))) with ordinality as w(id));
end
$$;

create function {schema}.leave_waiting(me bigint) returns void language plpgsql as $$
begin
  delete from {schema}.waiting w where w.owner = me or w.until < clock_timestamp() - interval '1 min';
end
$$;

-- Bodies that stand apart.
create function {schema}.bodies_of(wanted text[]) returns table (id text, body text) stable language sql as $$
  select b.id, b.body from {schema}.body b where b.id = any(wanted)
$$;

-- Renews claims. Answers those that are no longer there (`ordinal` null), and what of the others was revoked.
create function {schema}.extend(me bigint, numbers bigint[], lease double precision, shift double precision)
returns table (number bigint, ordinal integer, id text, terminate boolean) language plpgsql as $$
#variable_conflict use_column
declare
  at timestamptz := clock_timestamp() + shift * interval '1 ms';
  kept bigint[];
begin
  perform set_config('synchronous_commit', 'off', true);
  perform from {schema}.claim c where c.owner = me and c.number = any(numbers) and c.size > 0 order by c.number for update;
  with renewed as (
    update {schema}.claim c set lease_until = at + lease * interval '1 ms'
    where c.owner = me and c.number = any(numbers) and c.size > 0 returning c.number)
  select coalesce(array_agg(r.number), '{}') into kept from renewed r;
  return query select w.number, null::integer, null::text, null::boolean from unnest(numbers) as w(number) where not w.number = any(kept);
  if cardinality(kept) > 0 and exists (select from {schema}.revoked) then
    return query select h.number, h.ordinal, h.id, r.terminate
    from {schema}.held_by(array_fill(me, array[cardinality(kept)]), kept) h join {schema}.revoked r on r.id = h.id collate "C" and r.until > at;
  end if;
end
$$;

-- A receive whose answer nobody saw: what it took goes back uncharged, and it cannot take anything later.
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

create type {schema}.settlement as (
  claim bigint, ordinal integer, kind text, traced boolean, body text, priority text, delay double precision, eta double precision,
  charge boolean, told text
);

-- Settles a batch of one consumer. `masks`: for each claim a digit for each of its deliveries, 1 = settled by this call.
-- `others`: what is more than an ack, or an ack with a trace; `saves`: results as lists of claim, id, terminal, retries, record, ms to keep; `publications` and arrivals go with the settlement (claim, ordinal).
-- Answers '' when all was accepted and there is nothing to tell; else JSON: refused, held back, joined, revoked.
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
  select array_agg(c.number), bool_or(c.special) into live, special from (
    select c.number, c.special from {schema}.claim c where c.owner = me and c.number = any(numbers) and c.size > 0 order by c.number for update) c;
  if again then
    select s.answer into answer from {schema}.call s where s.owner = me and s.number = call_number;
    if found then return answer; end if;
    answer := '';
  end if;
  if live is not null and (special or others is not null or company is not null or exists (select from {schema}.revoked)) then
    answer := {schema}.settle_more(me, live, numbers, masks, others, company, trace_ttl, dead_limit, shift, at);
  end if;
  if saves is not null and live is not null then perform {schema}.save_with(saves, live, at); end if;
  with gone as (
    delete from {schema}.claim c using unnest(numbers, masks) as m(number, mask)
    where c.owner = me and c.number = m.number and c.size > 0 and position(b'0' in c.settled | m.mask::varbit) = 0 returning 1)
  select count(*) into cut from gone;
  if live is not null and cut < cardinality(live) then
    update {schema}.claim c set settled = c.settled | m.mask::varbit from unnest(numbers, masks) as m(number, mask)
    where c.owner = me and c.number = m.number and c.size > 0;
  end if;
  if live is null or cardinality(live) < cardinality(numbers) then
    answer := (coalesce(nullif(answer, ''), '{}')::jsonb
      || jsonb_build_object('refused', (select jsonb_agg(w.number::text) from unnest(numbers) as w(number) where live is null or not w.number = any(live))))::text;
  end if;
  perform {schema}.note_call(me, call_number, array[call_number - 1], answer);
  return answer;
end
$$;

-- What a settlement does beyond taking its delivery off its claim.
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
  perform {schema}.forget_marks(over || array(
    select h.id from unnest(held) h join unnest(told) t on t.claim = h.number and t.ordinal = h.ordinal where t.kind = 'deadLetter'));
  if company -> 'arrivals' is not null then joined := {schema}.arrive_with(company -> 'arrivals', live, shift); end if;
  if news is null and coalesce(held_back, '[]') = '[]' and joined is null then return ''; end if;
  return jsonb_strip_nulls(jsonb_build_object('heldBack', held_back, 'joined', joined, 'revoked', news))::text;
end
$$;

-- Retries and releases. Answers what of them bears a revoke mark: it waits for no time or turn, because a worker is to end it.
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

-- Dead letters; the oldest beyond the limit go.
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

-- Results that go with settlements, unless a terminal state or a higher attempt is already there; who waits for an end is told.
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

-- Marks ids as revoked. Whatever goes back to its queue from now on comes to the front.
create function {schema}.revoke_mark(wanted text[], and_terminate boolean, keep double precision, shift double precision) returns void language plpgsql as $$
begin
  insert into {schema}.revoked as r (id, terminate, until)
  select distinct w.id collate "C" as id, and_terminate, clock_timestamp() + (keep + shift) * interval '1 ms' from unnest(wanted) as w(id)
  order by id
  on conflict (id) do update set terminate = r.terminate or excluded.terminate, until = greatest(r.until, excluded.until);
end
$$;

-- Comes after all marks that are waited for. One that is being set anew at this moment stays, until it lapses.
create function {schema}.forget_marks(wanted text[]) returns void language plpgsql as $$
begin
  if not exists (select from {schema}.revoked) then return; end if;
  delete from {schema}.revoked r where r.id = any(array(select o.id from {schema}.revoked o where o.id = any(wanted) for update skip locked));
end
$$;

-- Brings what is revoked and waits to the front. Settlements that have not seen the marks are waited for, so that nothing slips by.
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
  update {schema}.ready r set rank = -1
  where r.id = any(array(select o.id from {schema}.ready o where o.id = any(wanted) order by o.id for update));
  perform {schema}.wake(array(select distinct p.queue from {schema}.places_of(wanted) p where p.place in ('ready', 'suspects')));
end
$$;

create function {schema}.counts(name text) returns table (ready integer, delayed integer, limited integer, leased integer, suspects integer, dead integer) stable language sql as $$
  select (select count(*)::integer from {schema}.ready r where r.queue = name),
    (select count(*)::integer from {schema}.delayed d where d.queue = name),
    (select count(*)::integer from {schema}.limited l where l.queue = name),
    (select coalesce(sum(length(replace(c.settled::text, '1', ''))), 0)::integer from {schema}.claim c where c.queue = name and c.size > 0),
    (select count(*)::integer from {schema}.suspect s where s.queue = name),
    (select count(*)::integer from {schema}.dead d where d.queue = name)
$$;

-- Dead letters go back to the end of their line, each without its result; one whose key is another's stays. Answers a digit for each.
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

-- A message that is to run although its time had passed uses a slot as any other.
create function {schema}.without_expiry(head text) returns text immutable language sql as $$
  select case when length(head) = 1 then head else left(head, 1) || (substr(head, 2)::jsonb #- '{limit,expires}')::text end
$$;

-- Takes the unique key of a dead letter again, whose row is locked. Answers false when another message holds it.
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

-- Removes some of what waits in a queue as if it had never been sent. Answers how many.
create function {schema}.purge(name text) returns integer language plpgsql as $$
declare
  gone text[];
begin
  with of_ready as (
    delete from {schema}.ready r where r.ctid = any(array(select o.ctid from {schema}.ready o where o.queue = name limit 5000 for update skip locked)) returning r.id),
  of_limited as (
    delete from {schema}.limited l where l.id = any(array(select o.id from {schema}.limited o where o.queue = name limit 5000 for update skip locked)) returning l.id),
  of_delayed as (
    delete from {schema}.delayed d where d.id = any(array(select o.id from {schema}.delayed o where o.queue = name limit 5000 for update skip locked)) returning d.id)
  select array_agg(a.id) into gone from (select o.id from of_ready o union all select o.id from of_delayed o union all select o.id from of_limited o) a;
  if gone is null then return 0; end if;
  delete from {schema}.trace t where t.id = any(array(select o.id from {schema}.trace o where o.id = any(gone) order by o.id for update));
  perform {schema}.end_unique(gone);
  delete from {schema}.body b where b.id = any(gone);
  perform {schema}.forget_marks(gone);
  return cardinality(gone);
end
$$;

-- Removes dead letters: these, or some of all where `wanted` is null. Answers how many.
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
