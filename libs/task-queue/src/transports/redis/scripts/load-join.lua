#!lua flags=no-writes
-- Reads a join. KEYS: join base · ARGV: offset, id · Returns its fields and values; nothing if it does not exist.
local key = KEYS[1] .. ARGV[2]
if lapsed(key, now_ms(ARGV[1])) then
  return {}
end
return redis.call('HGETALL', key)
