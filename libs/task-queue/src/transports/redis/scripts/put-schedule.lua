#!lua
-- with: schedules
-- Creates or replaces a schedule.
-- KEYS: base of schedules · ARGV: offset, id, name, definition, enabled, '' to create it, otherwise the expected version, '*' = any
-- Returns ['ok', fields], ['taken'], ['missing'] or ['stale', version].
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
  -- A repeated call, whose answer was lost, finds its own schedule.
  if holder then
    return { 'ok', redis.call('HGETALL', schedule) }
  end
  create_schedule(base, id, name, definition, enabled, now, 'api', '', '', '')
end
return { 'ok', redis.call('HGETALL', schedule) }
