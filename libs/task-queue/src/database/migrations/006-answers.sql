-- What workers answer to who has asked them. Whoever has read an answer removes it; nobody misses one after a crash of the server.
create unlogged table {schema}.answer (
  id bigint generated always as identity primary key,
  address text not null,
  body bytea not null,
  answered_at timestamptz not null default clock_timestamp()
);
create index answer_address on {schema}.answer (address);
