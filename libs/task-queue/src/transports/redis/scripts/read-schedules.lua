#!lua flags=no-writes
-- with: schedules
-- KEYS: base of schedules · ARGV: 'id' and an id, or 'after', a name ('' = from the first) and how many · Returns the fields of each.
local base, answer = KEYS[1], {}
if ARGV[1] == 'id' then
  return { redis.call('HGETALL', schedule_key(base, ARGV[2])) }
end
local from = ARGV[2] == '' and '-' or '(' .. ARGV[2]
local names = redis.call('ZRANGE', base .. 'names', from, '+', 'BYLEX', 'LIMIT', 0, ARGV[3])
for i = 1, #names do
  answer[i] = redis.call('HGETALL', schedule_key(base, redis.call('HGET', base .. 'by-name', names[i])))
end
return answer
