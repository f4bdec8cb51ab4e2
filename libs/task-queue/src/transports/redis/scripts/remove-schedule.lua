#!lua flags=allow-oom
-- with: schedules
-- KEYS: base of schedules · ARGV: id, the expected version, '*' = any · Returns the answers of put-schedule.
local version = redis.call('HGET', schedule_key(KEYS[1], ARGV[1]), 'version')
if not version then
  return { 'missing' }
end
if ARGV[2] ~= '*' and ARGV[2] ~= version then
  return { 'stale', version }
end
remove_schedule(KEYS[1], ARGV[1])
return { 'ok', {} }
