-- What is stored with an end is pruned at least as fast as it is added, and a bounded number at a time.

-- Removes lapsed members of a ZSET of instants; `added` is how many the call adds.
local function prune(zset, now, added)
  local gone = redis.call('ZRANGE', zset, '-inf', now, 'BYSCORE', 'LIMIT', 0, 100 + added)
  if #gone > 0 then
    redis.call('ZREM', zset, unpack(gone))
  end
end
