#!lua flags=allow-oom
-- Reads a join. KEYS: join base · ARGV: offset, id · Answers its fields and values; nothing when it is not there.
local key = KEYS[1] .. ARGV[2]
if lapsed(key, now_ms(ARGV[1])) then
  return {}
end
return redis.call('HGETALL', key)
