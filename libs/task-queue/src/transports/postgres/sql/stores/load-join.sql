select j.expected, j.remaining, j.body,
  coalesce(array_agg(m.member order by m.place, m.member) filter (where m.member is not null), '{}') as members,
  coalesce(array_agg(m.place order by m.place, m.member) filter (where m.member is not null), '{}') as places,
  coalesce(array_agg(m.value order by m.place, m.member) filter (where m.member is not null), '{}') as entries
from {schema}.task_join j left join {schema}.join_member m on m.join_id = j.id
where j.id = $1 and j.body is not null and j.expires_at > clock_timestamp() + $2::float8 * interval '1 ms'
group by j.id
