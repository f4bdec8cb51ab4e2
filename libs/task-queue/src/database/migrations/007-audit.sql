-- The audit log of the admin API. The library never removes rows. Ids begin with the time, so that their order is the order of time.
-- The change is JSON as text, because jsonb refuses \u0000.
create table {schema}.audit_entry (
  id text collate "C" primary key,
  at timestamptz not null,
  actor text collate "C" not null,
  role text not null,
  action text collate "C" not null,
  target text collate "C",
  change text,
  outcome text not null,
  request_id text not null
);

create index audit_entry_by_target on {schema}.audit_entry (target, id);
create index audit_entry_by_actor on {schema}.audit_entry (actor, id);
create index audit_entry_by_action on {schema}.audit_entry (action, id);
