-- Answers of workers to questions. The reader of an answer removes it.
create unlogged table {schema}.answer (
  id bigint generated always as identity primary key,
  address text collate "C" not null,
  body bytea not null,
  answered_at timestamptz not null default clock_timestamp()
);
create index answer_address on {schema}.answer (address);
