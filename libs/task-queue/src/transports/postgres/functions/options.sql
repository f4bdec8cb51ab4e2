-- Options of all functions. Names in them are those of the server: a function or an operator in `public` that fits better would be preferred,
-- and would run with the rights of the caller.
-- Each look-up has one possible plan: by an index, or by the place of a row (rule 36). A session keeps the plans that it made while the
-- tables were empty; after a bulk load, a scan, or a bitmap or a merge that sorts first, would read all rows of a table.
-- No call is planned again: a look-up by a list would be, whenever its list is short.
-- A function with options of its own qualifies its names itself.
do $$
declare
  one regprocedure;
begin
  for one in
    select p.oid from pg_catalog.pg_proc p join pg_catalog.pg_language l on l.oid = p.prolang
    where p.pronamespace = '{schema}'::regnamespace and l.lanname = 'plpgsql' and p.proconfig is null
  loop
    execute format(
      'alter routine %s set search_path = pg_catalog, pg_temp set enable_seqscan = off set enable_bitmapscan = off set enable_mergejoin = off
       set plan_cache_mode = force_generic_plan set jit = off', one);
  end loop;
end
$$;
