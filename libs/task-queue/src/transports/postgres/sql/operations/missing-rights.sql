-- Tables that the connection's user may not read and write; sequences and functions that it may not use. The sequence of an identity needs no right.
select string_agg(m.name::text, ', ' order by m.name) as missing
from (
  select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1 and c.relname <> 'migration' and case
    when c.relkind in ('r', 'p') then not (has_table_privilege(c.oid, 'select') and has_table_privilege(c.oid, 'insert')
      and has_table_privilege(c.oid, 'update') and has_table_privilege(c.oid, 'delete'))
    when c.relkind = 'S' then not has_sequence_privilege(c.oid, 'usage')
      and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'i')
    else false end
  union all
  select p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where n.nspname = $1 and not has_function_privilege(p.oid, 'execute')
) m
