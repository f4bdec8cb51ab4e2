#!lua flags=allow-oom
-- Gives back, uncharged, what a receive took whose answer was lost, and makes a late copy of that receive take nothing.
-- KEYS: void:<token>, then the keys of each queue · ARGV: token, ttl of the void mark · Answers how many were released.
local tail = ':' .. ARGV[1]
local released = 0
redis.call('SET', KEYS[1], '1', 'PX', ARGV[2])
for at = 2, #KEYS, QUEUE_KEYS do
  local queue = queue_at(at)
  local members = redis.call('ZRANGE', queue.leased, 0, -1)
  local before = released
  for i = #members, 1, -1 do
    local member = members[i]
    if string.sub(member, -#tail) == tail then
      local id, priority = id_of(member), string.sub(member, 1, 1)
      redis.call('ZREM', queue.leased, member)
      redis.call('SREM', queue.unique_out, id)
      if tonumber(redis.call('HGET', queue.deliveries, id) or 0) >= 2 then
        redis.call('LPUSH', queue.suspects, priority .. id)
      else
        redis.call('LPUSH', queue.ready .. priority, id)
      end
      released = released + 1
    end
  end
  if released > before then
    ring(queue)
  end
end
return released
