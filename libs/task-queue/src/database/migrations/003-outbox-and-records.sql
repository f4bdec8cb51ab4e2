-- Messages that transactions of the application have sent, until a relay has published them.
CREATE TABLE {schema}.outbox (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  queue text COLLATE "C" NOT NULL,
  -- JSON; bytea, because the database's encoding may not have every character
  publication bytea NOT NULL,
  written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- why the broker refuses it; a person has to look at it
  refused text
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);

CREATE INDEX outbox_next ON {schema}.outbox (queue, seq) WHERE refused IS NULL;

-- Relays that want notifications of new rows: without any, writers do not pay for NOTIFY.
CREATE TABLE {schema}.outbox_relay (
  relay uuid PRIMARY KEY,
  waiting_until timestamptz NOT NULL
);

-- Ends of transactional tasks, written in the transaction of their effects.
CREATE TABLE {schema}.task_record (
  id text COLLATE "C" PRIMARY KEY,
  settlement bytea NOT NULL,
  finished_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX task_record_finished_at ON {schema}.task_record (finished_at);
