#!lua flags=allow-oom
-- with: schedules
-- KEYS: base of schedules · ARGV: offset, enabled, ids… · Returns how many were changed.
local base, enabled, now, changed = KEYS[1], ARGV[2], now_ms(ARGV[1]), 0
for i = 3, #ARGV do
  local is, broken = unpack(redis.call('HMGET', schedule_key(base, ARGV[i]), 'enabled', 'broken'))
  if is and (is ~= enabled or (enabled == '1' and broken ~= '')) then
    edit_schedule(base, ARGV[i], enabled, '', now)
    changed = changed + 1
  end
end
return changed
