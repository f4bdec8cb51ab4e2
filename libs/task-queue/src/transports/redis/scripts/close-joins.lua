#!lua flags=allow-oom
-- Closes joins: only their ids stay, until they expire. KEYS: join base, complete · ARGV: offset, ids…
local now = now_ms(ARGV[1])
redis.call('ZCARD', KEYS[2])
for i = 2, #ARGV do
  local key = KEYS[1] .. ARGV[i]
  local expiry = redis.call('PEXPIRETIME', key)
  if expiry > 0 and not lapsed(key, now) then
    redis.call('UNLINK', key)
    redis.call('HSET', key, 'closed', '1')
    redis.call('PEXPIREAT', key, expiry)
  end
  redis.call('ZREM', KEYS[2], ARGV[i])
end
return #ARGV - 1
