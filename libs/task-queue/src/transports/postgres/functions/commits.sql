-- What is sent in a transaction of the application is seen at its commit, so consumers that wait then are woken, not those that waited at the
-- send. NOTIFY makes commits wait for each other, so it is not sent with each commit. What has the rights of its owner needs them
-- because the role of the commit need not be that of the send, and because `usage` of a sequence does not suffice to set it.

-- No snapshot applies to a sequence: a transaction that began earlier, too, sees until when a consumer waits.
create function {schema}.say_waiting(waits double precision) returns void security definer language plpgsql as $$
begin
  perform setval('{schema}.waiting_until', (extract(epoch from clock_timestamp()) * 1000 + waits)::bigint);
end
$$;

create function {schema}.wake_later(names text[]) returns void language plpgsql as $$
begin
  insert into {schema}.sent (queues) values (names);
end
$$;

create function {schema}.has_waiting() returns boolean language plpgsql as $$
begin
  return (select w.last_value from {schema}.waiting_until w) > extract(epoch from clock_timestamp()) * 1000;
end
$$;

-- It runs in each of these transactions, so it sets the one option that it needs.
create function {schema}.wake_at_commit() returns trigger security definer language plpgsql set enable_seqscan = off as $$
begin
  delete from {schema}.sent s where s.ctid operator(pg_catalog.=) new.ctid;
  if pg_catalog.current_setting('transaction_isolation') operator(pg_catalog.=) 'read committed' then
    if exists (select from {schema}.waiting) then perform {schema}.wake(new.queues); end if;
  elsif {schema}.has_waiting() then
    perform {schema}.notify_of(new.queues);
  end if;
  return null;
end
$$;

create constraint trigger wake after insert on {schema}.sent deferrable initially deferred for each row execute function {schema}.wake_at_commit();
