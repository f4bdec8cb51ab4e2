#!lua
-- with: schedules
-- Makes or replaces a schedule.
-- KEYS: base of schedules · ARGV: offset, id, name, definition, enabled, '' to make it, else the version that is expected, '*' = any
-- Answers ['ok', fields], ['taken'], ['missing'] or ['stale', version].
local base, id, name, definition, enabled, expected = KEYS[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local now = now_ms(ARGV[1])
local schedule = schedule_key(base, id)
local holder = redis.call('HGET', base .. 'by-name', name)
if expected ~= '' then
  local version, old, because = unpack(redis.call('HMGET', schedule, 'version', 'name', 'because'))
  if not version then
    return { 'missing' }
  end
  if expected ~= '*' and expected ~= version then
    return { 'stale', version }
  end
  if holder and holder ~= id then
    return { 'taken' }
  end
  unname(base, old)
  name_it(base, id, name)
  redis.call('HSET', schedule, 'name', name, 'definition', definition)
  edit_schedule(base, id, enabled, enabled == '1' and '' or because, now)
else
  if holder and holder ~= id then
    return { 'taken' }
  end
  -- The same again, because its answer was lost, finds itself.
  if holder then
    return { 'ok', redis.call('HGETALL', schedule) }
  end
  create_schedule(base, id, name, definition, enabled, now, 'api', '', '', '')
end
return { 'ok', redis.call('HGETALL', schedule) }
