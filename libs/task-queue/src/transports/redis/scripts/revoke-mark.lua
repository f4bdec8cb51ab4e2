#!lua flags=allow-oom
-- Marks ids as revoked, known or not. A mark that lasts longer is not shortened.
-- KEYS: revoked, terminate · ARGV: offset, ttl, terminate, ids…
local now = now_ms(ARGV[1])
local expiry = now + tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
for i = 4, #ARGV do
  redis.call('ZADD', KEYS[1], 'GT', expiry, ARGV[i])
  if ARGV[3] == '1' then
    redis.call('ZADD', KEYS[2], 'GT', expiry, ARGV[i])
  end
end
return #ARGV - 3
