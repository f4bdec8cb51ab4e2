-- Queues. A message is in exactly one of ready, block, delayed, limited, suspect, dead and the claims; one transaction moves it.
-- Users' texts are escaped (stored-text.ts): chr(30) separates the items of a list, chr(29) separates lists, and chr(1) || 'b' is the place of a body in the table `body`.
-- `head` is the priority's digit. JSON follows if a message has more: lost leases, unique key, limit.

-- A place in the line has room for the messages of a block.
create sequence {schema}.place increment by 32;
create sequence {schema}.front_place increment by -1;

create table {schema}.queue (
  name text collate "C" primary key,
  paused boolean not null default false
);
create index queue_paused on {schema}.queue (name) where paused;

-- rank: 9 - priority; -1 = before all others. This is the hot table: its rows are short-lived, so dead rows must be removed early.
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

-- Ready messages that were sent together, in one row: lists of their ids and bodies. `span` is the range of their ids.
create type {schema}.id_span as range (subtype = text, collation = "C");
create table {schema}.block (
  queue text collate "C" not null,
  rank smallint not null,
  seq bigint not null,
  size integer not null,
  head text collate "C" not null,
  span {schema}.id_span not null,
  ids text collate "C" not null,
  bodies text collate "C" not null,
  primary key (queue, rank, seq)
) with (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0,
  autovacuum_vacuum_insert_scale_factor = 0.2, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 10000,
  toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 20000, toast.autovacuum_vacuum_cost_delay = 0
);
alter table {schema}.block alter column ids set storage external, alter column bodies set storage external;
create index block_span on {schema}.block using gist (span);

create table {schema}.delayed (
  queue text collate "C" not null,
  due timestamptz not null,
  seq bigint not null,
  id text collate "C" primary key,
  head text collate "C" not null,
  body text collate "C" not null
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index delayed_due on {schema}.delayed (queue, due, seq);

-- Messages that wait for a slot of their limit.
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

-- Rates in ms: as last published, and as set by people. The last slot is stored, so that a new rate moves the next one.
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

-- Bodies that are too large to be moved between tables.
create table {schema}.body (
  id text collate "C" primary key,
  body text collate "C" not null
);

-- The messages that one receive took from one queue, under the consumer's token (owner, number). `size` 0 bars a receive with that token.
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

-- Calls of publishers and settlers: a call is repeated when its answer was lost. A later call forgets earlier ones. Rows are never
-- updated: under a transaction that holds back vacuum, updates would leave chains of row versions. A row of 'void' bars a call.
create table {schema}.call (
  owner bigint not null,
  number bigint not null,
  answer text not null,
  called_at timestamptz not null default clock_timestamp(),
  primary key (owner, number)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

-- Consumers that wait for work: notes are sent only if one does.
create unlogged table {schema}.waiting (
  owner bigint primary key,
  queues text[] collate "C" not null,
  until timestamptz not null
);
-- Epoch ms until which a consumer waits, whatever its queues.
create sequence {schema}.waiting_until;

-- Queues that a transaction of the application has sent to, until its commit.
create unlogged table {schema}.sent (
  queues text[] collate "C" not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

-- Ids that were sent and must not be sent again before `until`. The row is also the lock for publishing its id.
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
create index unique_key_until on {schema}.unique_key (until) where until is not null;

create table {schema}.revoked (
  id text collate "C" primary key,
  terminate boolean not null,
  until timestamptz not null
);

-- The functions of the transport, in the order of their dependencies.
-- include transports/postgres/functions/publish.sql
-- include transports/postgres/functions/commits.sql
-- include transports/postgres/functions/take.sql
-- include transports/postgres/functions/receive.sql
-- include transports/postgres/functions/settle.sql
-- include transports/postgres/functions/inspect.sql
-- include transports/postgres/functions/blocks.sql
-- include transports/postgres/functions/options.sql
