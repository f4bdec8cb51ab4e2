#!lua flags=no-writes
-- with: schedules
-- KEYS: base of schedules · ARGV: id, lines before this one ('' = from the newest), how many · Returns lines, newest first.
local schedule = schedule_key(KEYS[1], ARGV[1])
local newest = redis.call('HGET', schedule, 'seq')
if not newest then
  return {}
end
local first = ARGV[2] == '' and 0 or math.max(0, tonumber(newest) - tonumber(ARGV[2]) + 1)
return redis.call('LRANGE', schedule .. ':ticks', first, first + tonumber(ARGV[3]) - 1)
