select current_setting('autovacuum') = 'on' and current_setting('track_counts') = 'on' as vacuums,
  (select string_agg(c.relname::text, ', ' order by c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join lateral pg_options_to_table(c.reloptions) o on o.option_name = 'autovacuum_enabled'
    where n.nspname = $1 and not o.option_value::boolean) as without,
  (select extract(epoch from clock_timestamp() - min(a.xact_start)) * 1000 from pg_stat_activity a
    where a.datname = current_database() and a.backend_xmin is not null)::float8 as oldest,
  (select count(*)::integer from pg_stat_activity a where a.datname = current_database() and a.query = '<insufficient privilege>') as hidden,
  current_user::text as role
