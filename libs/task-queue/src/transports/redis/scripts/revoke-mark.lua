#!lua flags=allow-oom
-- with: prune
-- Marks ids as revoked, known or not. A mark that lasts longer is not shortened.
-- KEYS: revoked, terminate · ARGV: offset, ttl, terminate, ids…
local now = now_ms(ARGV[1])
local expiry = now + tonumber(ARGV[2])
local count = #ARGV - 3

local function mark(key)
  prune(key, now, count)
  for i = 4, #ARGV do
    redis.call('ZADD', key, 'GT', expiry, ARGV[i])
  end
  -- The key goes with its last mark; that of a replaced message does not expire.
  local last = redis.call('ZRANGE', key, 0, 0, 'REV', 'WITHSCORES')[2]
  if last ~= 'inf' then
    redis.call('PEXPIREAT', key, last)
  end
end

mark(KEYS[1])
if ARGV[3] == '1' then
  mark(KEYS[2])
end
return count
