#!lua flags=no-writes
-- with: schedules
-- KEYS: base of schedules · ARGV: offset, limit · Returns now, when the next of the others is due ('' = none), and the fields of the due schedules.
local base, now, limit = KEYS[1], now_ms(ARGV[1]), tonumber(ARGV[2])
local due = redis.call('ZRANGE', base .. 'due', '-inf', now, 'BYSCORE', 'LIMIT', 0, limit)
local answer = { text_of(now), redis.call('ZRANGE', base .. 'due', #due, #due, 'WITHSCORES')[2] or '' }
for i = 1, #due do
  answer[2 + i] = redis.call('HGETALL', schedule_key(base, due[i]))
end
return answer
