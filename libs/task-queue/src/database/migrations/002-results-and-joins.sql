-- Results of tasks, one row for each id. A process that waits for a result is noted, so that only awaited results are announced.
create table {schema}.result (
  id text collate "C" primary key,
  terminal boolean not null,
  retries integer not null,
  record bytea not null,
  expires_at timestamptz not null
);
alter table {schema}.result alter column record set storage external;
create index result_expires_at on {schema}.result (expires_at);

create unlogged table {schema}.result_waiter (
  id text collate "C" primary key,
  expires_at timestamptz not null
);

-- Saves results unless a terminal one, or one of a later attempt, exists, and announces awaited terminal results. Each id at most once.
-- Rows are locked in the order of their ids, so that two calls cannot deadlock. `at` is now; `keeps` are ms. Returns the saved ids.
create function {schema}.save_results(
  ids text[], terminals boolean[], attempts integer[], records bytea[], keeps double precision[], at timestamptz
) returns setof text language plpgsql as $$
begin
  return query
  with saved as (
    insert into {schema}.result as r (id, terminal, retries, record, expires_at)
    select s.id, s.terminal, s.attempt, s.record, at + s.keep * interval '1 ms'
    from unnest(ids, terminals, attempts, records, keeps) as s(id, terminal, attempt, record, keep)
    order by s.id collate "C"
    on conflict (id) do update
    set terminal = excluded.terminal, retries = excluded.retries, record = excluded.record, expires_at = excluded.expires_at
    where (not r.terminal and r.retries <= excluded.retries) or r.expires_at <= at
    returning r.id, r.terminal
  ),
  told as (
    select pg_notify('{schema}:results', w.id) from {schema}.result_waiter w join saved on saved.id = w.id where saved.terminal
  )
  -- The count makes PostgreSQL run the subquery.
  select saved.id from saved where (select count(*) from told) >= 0;
end
$$;

create function {schema}.results_of(wanted text[], at timestamptz) returns table (id text, record bytea) stable language plpgsql as $$
#variable_conflict use_column
begin
  return query select r.id, r.record from {schema}.result r where r.id = any(wanted) and r.expires_at > at;
end
$$;

-- Joins. The body is null after a join was closed; its id stays until it expires, so that nothing opens it again.
create table {schema}.task_join (
  id text collate "C" primary key,
  expected integer not null,
  remaining integer not null check (remaining >= 0),
  body bytea,
  completed_at timestamptz,
  expires_at timestamptz not null
);
create index task_join_complete on {schema}.task_join (completed_at, id) where completed_at is not null and body is not null;
create index task_join_expires_at on {schema}.task_join (expires_at);

create table {schema}.join_member (
  join_id text collate "C" not null references {schema}.task_join on delete cascade,
  member text collate "C" not null,
  place integer not null,
  value bytea not null,
  primary key (join_id, member)
);

-- Inserts members, each once, and lowers `remaining` by the number inserted. Joins are locked in the order of their ids and read after
-- that, so that concurrent arrivals are seen. Arrivals come in groups, one for each settlement; each group has its own rows in the answer:
-- `remaining` counts the members missing after this group and earlier ones. A join that is not open has no row.
create function {schema}.arrive(groups integer[], join_ids text[], members text[], places integer[], entries bytea[], shift double precision)
returns table (arrived_group integer, arrived_join text, remaining_after integer, inserted integer)
language plpgsql as $$
begin
  perform from {schema}.task_join j where j.id = any(join_ids) order by j.id for update;
  return query
  with coming as (
    select c.turn, c.grp, c.join_id collate "C" as join_id, c.member collate "C" as member, c.place, c.value
    from unnest(groups, join_ids, members, places, entries) with ordinality as c(grp, join_id, member, place, value, turn)
  ),
  standing as (
    select j.id, j.remaining from {schema}.task_join j
    where j.id = any(join_ids) and j.body is not null and j.expires_at > clock_timestamp() + shift * interval '1 ms'
  ),
  fresh as (
    select first.*, standing.remaining, row_number() over (partition by first.join_id order by first.turn) as rank
    from (select distinct on (c.join_id, c.member) c.* from coming c order by c.join_id, c.member, c.turn) first
    join standing on standing.id = first.join_id
    where not exists (select from {schema}.join_member m where m.join_id = first.join_id and m.member = first.member)
  ),
  taken as (select * from fresh where fresh.rank <= fresh.remaining),
  added as (
    insert into {schema}.join_member (join_id, member, place, value)
    select taken.join_id, taken.member, taken.place, taken.value from taken
  ),
  lowered as (
    update {schema}.task_join j
    set remaining = j.remaining - counted.members,
        completed_at = case when j.remaining = counted.members then clock_timestamp() + shift * interval '1 ms' end
    from (select taken.join_id, count(*)::integer as members from taken group by taken.join_id) counted
    where j.id = counted.join_id
  ),
  asked as (select distinct coming.grp, coming.join_id from coming)
  select asked.grp, asked.join_id,
    standing.remaining - (select count(*)::integer from taken where taken.join_id = asked.join_id and taken.grp <= asked.grp),
    (select count(*)::integer from taken where taken.join_id = asked.join_id and taken.grp = asked.grp)
  from asked join standing on standing.id = asked.join_id;
end
$$;

-- A join that is open, with the members that have arrived.
create function {schema}.join_of(wanted text, at timestamptz)
returns table (expected integer, remaining integer, body bytea, members text[], places integer[], entries bytea[]) stable language plpgsql as $$
#variable_conflict use_column
begin
  return query
  select j.expected, j.remaining, j.body,
    coalesce(array_agg(m.member order by m.place, m.member) filter (where m.member is not null), '{}'),
    coalesce(array_agg(m.place order by m.place, m.member) filter (where m.member is not null), '{}'),
    coalesce(array_agg(m.value order by m.place, m.member) filter (where m.member is not null), '{}')
  from {schema}.task_join j left join {schema}.join_member m on m.join_id = j.id
  where j.id = wanted and j.body is not null and j.expires_at > at
  group by j.id;
end
$$;

-- The id stays until it expires; members that arrive at this moment are removed with it then.
create function {schema}.close_joins(wanted text[]) returns void language plpgsql as $$
begin
  with closed as (
    update {schema}.task_join j set body = null
    where j.id = any(array(select o.id from {schema}.task_join o where o.id = any(wanted) and o.body is not null order by o.id for update))
    returning j.id
  )
  delete from {schema}.join_member m using closed where m.join_id = closed.id;
end
$$;

-- Commands between processes. The note is only a hint; the row is kept for some minutes.
create table {schema}.command (
  id bigint generated always as identity primary key,
  body bytea not null,
  announced_at timestamptz not null default clock_timestamp()
);

-- include transports/postgres/functions/options.sql
