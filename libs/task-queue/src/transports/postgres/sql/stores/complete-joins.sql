select id from {schema}.task_join
where completed_at is not null and body is not null and expires_at > clock_timestamp() + $2::float8 * interval '1 ms'
order by completed_at, id limit $1
