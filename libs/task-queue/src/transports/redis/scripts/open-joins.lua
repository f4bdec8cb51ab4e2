#!lua
-- Opens joins that do not exist. Not allow-oom: they are new work.
-- KEYS: join base, complete · ARGV: offset, then groups of id, expected members, body, ms it is kept
local now = now_ms(ARGV[1])
redis.call('ZCARD', KEYS[2])
for at = 2, #ARGV, 4 do
  local id, members, body, ttl = unpack(ARGV, at, at + 3)
  local key = KEYS[1] .. id
  if lapsed(key, now) then
    redis.call('UNLINK', key)
  end
  if redis.call('EXISTS', key) == 0 then
    redis.call('ZREM', KEYS[2], id)
    redis.call('HSET', key, 'expected', members, 'remaining', members, 'body', body)
    redis.call('PEXPIREAT', key, now + ttl)
  end
end
return (#ARGV - 1) / 4
