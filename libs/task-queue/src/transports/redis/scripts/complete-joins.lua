#!lua flags=allow-oom
-- Ids of complete joins that are not closed, longest complete first; expired joins are dropped.
-- KEYS: join base, complete · ARGV: offset, how many
local now, limit = now_ms(ARGV[1]), tonumber(ARGV[2])
local found = {}
while #found < limit do
  local some = redis.call('ZRANGE', KEYS[2], #found, #found + 99)
  if #some == 0 then
    break
  end
  for _, id in ipairs(some) do
    local key = KEYS[1] .. id
    if lapsed(key, now) or redis.call('HGET', key, 'remaining') ~= '0' then
      redis.call('ZREM', KEYS[2], id)
    elseif #found < limit then
      found[#found + 1] = id
    end
  end
end
return found
