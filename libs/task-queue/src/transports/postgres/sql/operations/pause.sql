insert into {schema}.queue (name, paused) values ($1, true) on conflict (name) do update set paused = true
