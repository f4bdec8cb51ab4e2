select current_setting('autovacuum') as autovacuum,
  (select extract(epoch from clock_timestamp() - min(a.xact_start)) * 1000 from pg_stat_activity a
    where a.datname = current_database() and a.backend_xmin is not null)::float8 as oldest
